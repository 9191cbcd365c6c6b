# lib.options: declaring options, merging definitions without a type, and showing both to people.
lib:
let
  inherit (builtins)
    addErrorContext all concatLists concatMap concatStringsSep filter foldl' head isAttrs isBool isInt isList isString length map mapAttrs
    match removeAttrs split tail tryEval;
  inherit (lib) attrByPath isDerivation isFunction literalExpression mkOption optionalAttrs take toList;
  inherit (lib.strings) escapeNixIdentifier;

  unknownModule = "<unknown-file>";
  getValues = map (def: def.value);
  priorityHint = "Use `lib.mkForce value` or `lib.mkDefault value` to change the priority on any of these definitions.\n";

  # Placeholders such as `*` and `<name>` stay as they are.
  showOption =
    path:
    let
      show = part: if part == "*" || match "<(.*)>" part != null then part else escapeNixIdentifier part;
    in
    concatStringsSep "." (map show path);
  showFiles = files: concatStringsSep " and " (map (file: "`${file}'") files);

  # One paragraph a definition: its file and at most five lines of its value.
  showDefs =
    defs:
    let
      limited = lib.generators.withRecursion { depthLimit = 10; throwOnDepthLimit = false; };
      show =
        def:
        let
          text = tryEval (lib.generators.toPretty { } (limited def.value));
          lines = filter isString (split "\n" text.value);
          short = concatStringsSep "\n    " (take 5 lines ++ (if length lines > 5 then [ "..." ] else [ ]));
        in
        "\n- In `${def.file}'" + (if !text.success then "" else if length lines == 1 then ": ${short}" else ":\n    ${short}");
    in
    concatStringsSep "" (map show defs);

  mergeDefaultOption =
    path: defs:
    let
      values = getValues defs;
      first = head values;
    in
    if length values == 1 then first
    else if all isFunction values then (arg: mergeDefaultOption path (map (def: { value = def arg; }) values))
    else if all isList values then concatLists values
    else if all isAttrs values then foldl' (merged: value: merged // value) { } values
    else if all isBool values then foldl' (a: b: a || b) false values
    else if all isString values then concatStringsSep "" values
    else if all isInt values && all (value: value == first) values then first
    else throw "Cannot merge definitions of `${showOption path}'. Definition values:${showDefs defs}";

  mergeUniqueOption =
    { message, merge ? _: defs: (head defs).value }:
    path: defs:
    if length defs == 1 then merge path defs
    else
      assert defs != [ ];
      throw "The option `${showOption path}' is defined multiple times while it's expected to be unique.\n${message}\nDefinition values:${showDefs defs}\n${priorityHint}";

  mergeEqualOption =
    path: defs:
    let
      conflict =
        a: b: throw "The option `${showOption path}' has conflicting definition values:${showDefs [ a b ]}\n${priorityHint}";
      same = first: def: if def.value == first.value then first else conflict first def;
    in
    if defs == [ ] then abort "lib.options.mergeEqualOption: there are no definitions to merge"
    else if length defs == 1 then (head defs).value
    else (foldl' same (head defs) (tail defs)).value;

  renderOptionValue =
    value:
    if value ? _type && value ? text then value
    else literalExpression (lib.generators.toPretty { multiline = true; allowPrettyValues = true; } value);

  # What documentation says of every option of a tree, sub-options included.
  docList =
    options:
    let
      shallow = visible: if isBool visible then visible else visible == "shallow";
      deep = visible: if isBool visible then visible else visible == "transparent";
      describe =
        opt:
        let
          name = showOption opt.loc;
          visible = opt.visible or true;
          type = opt.type or { };
          within = what: value: addErrorContext "while evaluating the ${what} of option `${name}`" (renderOptionValue value);
          hasEmpty = (type.emptyValue or { }) ? value && type.getSubModules or null == null;
          sub = opt.type.getSubOptions opt.loc;
        in
        [
          (
            {
              inherit (opt) loc;
              inherit name;
              description = opt.description or null;
              declarations = filter (file: file != unknownModule) opt.declarations;
              internal = opt.internal or false;
              visible = shallow visible;
              readOnly = opt.readOnly or false;
              type = type.description or "unspecified";
            }
            // optionalAttrs (opt ? example) { example = within "example" opt.example; }
            // optionalAttrs (opt ? defaultText || opt ? default || hasEmpty) {
              default =
                within (if opt ? defaultText then "defaultText" else "default value")
                  (opt.defaultText or opt.default or opt.type.emptyValue.value);
            }
            // optionalAttrs (opt.relatedPackages or null != null) { inherit (opt) relatedPackages; }
          )
        ]
        ++ (if deep visible && sub != { } then docList sub else [ ]);
    in
    concatMap describe (lib.collect lib.isOption options);

  scrubOptionValue =
    value:
    if isDerivation value then { type = "derivation"; inherit (value) name; drvPath = value.name; outPath = value.name; }
    else if isList value then map scrubOptionValue value
    else if isAttrs value then mapAttrs (_: scrubOptionValue) (removeAttrs value [ "_args" ])
    else value;
in
{
  inherit
    unknownModule getValues showOption showFiles showDefs mergeDefaultOption mergeUniqueOption mergeEqualOption renderOptionValue
    scrubOptionValue;
  getFiles = map (def: def.file);
  mergeOneOption = mergeUniqueOption { message = ""; };

  mkEnableOption =
    name:
    mkOption {
      default = false;
      example = true;
      description = "Whether to enable ${name}.";
      type = lib.types.bool;
    };

  mkPackageOption =
    packages: name:
    { nullable ? false, default ? name, example ? null, extraDescription ? "", pkgsText ? "pkgs" }:
    let
      title = if isList name then lib.last name else name;
      path = toList default;
      text = lib.showAttrPath path;
      byDefault =
        if default != null then
          {
            default = attrByPath path (throw "${text} cannot be found in ${pkgsText}") packages;
            defaultText = literalExpression "${pkgsText}.${text}";
          }
        else
          optionalAttrs nullable { default = null; };
    in
    mkOption (
      byDefault
      // {
        description = "The ${title} package to use." + (if extraDescription == "" then "" else " ${extraDescription}");
        type = if nullable then lib.types.nullOr lib.types.package else lib.types.package;
      }
      // optionalAttrs (example != null) {
        example = literalExpression (if isList example then "${pkgsText}.${lib.showAttrPath example}" else example);
      }
    );

  mkSinkUndeclaredOptions =
    attrs:
    mkOption (
      {
        internal = true;
        visible = false;
        default = false;
        description = "Sink for option definitions.";
        type = lib.types.mkOptionType {
          name = "sink";
          check = _: true;
          merge = _: _: false;
        };
        apply = _: throw "Option value is not readable because the option is not declared.";
      }
      // attrs
    );

  optionAttrSetToDocList = docList;
  optionAttrSetToDocList' = _: docList;
  literalCode = language: text: lib.literalMD "```${language}\n${text}\n```\n";
  showOptionWithDefLocs =
    opt: "${showOption opt.loc}, with values defined in:\n${lib.concatMapStringsSep "\n" (file: "  - ${file}") opt.files}\n";
}
