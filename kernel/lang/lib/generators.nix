# lib.generators: values as text of configuration formats.
lib:
let
  inherit (builtins)
    any attrNames attrValues concatLists concatMap concatStringsSep filter head isAttrs isBool isFloat isInt isList isPath isString length map
    removeAttrs replaceStrings tail toJSON typeOf;
  inherit (lib) concatMapStringsSep concatStrings escape isDerivation isFunction mapAttrsToList;
  inherit (lib.generators) toPretty;

  mkValueStringDefault =
    { }:
    value:
    let
      refuse = what: abort "lib.generators.mkValueStringDefault: ${what} cannot be written as one value: ${toPretty { } value}";
    in
    if isString value then value
    else if isInt value || isDerivation value then toString value
    else if isBool value then lib.boolToString value
    else if value == null then "null"
    else if isFloat value then lib.strings.floatToString value
    else if isList value then refuse "a list"
    else if isAttrs value then refuse "a set"
    else refuse "this";

  mkKeyValueDefault =
    { mkValueString ? mkValueStringDefault { } }:
    separator: key: value:
    escape [ separator ] key + separator + mkValueString value;

  toKeyValue =
    { mkKeyValue ? mkKeyValueDefault { } "=", listsAsDuplicateKeys ? false, indent ? "" }:
    let
      line = key: value: "${indent}${mkKeyValue key value}\n";
      lines = key: value: map (line key) (if listsAsDuplicateKeys && isList value then value else [ value ]);
    in
    set: concatStrings (concatLists (mapAttrsToList lines set));

  toINI =
    {
      mkSectionName ? escape [ "[" "]" ],
      mkKeyValue ? mkKeyValueDefault { } "=",
      listsAsDuplicateKeys ? false,
    }:
    let
      body = toKeyValue { inherit mkKeyValue listsAsDuplicateKeys; };
      section = name: values: "[${mkSectionName name}]\n${body values}";
    in
    sections: concatStringsSep "\n" (mapAttrsToList section sections);

  toINIWithGlobalSection =
    {
      mkSectionName ? escape [ "[" "]" ],
      mkKeyValue ? mkKeyValueDefault { } "=",
      listsAsDuplicateKeys ? false,
    }:
    { globalSection, sections ? { } }:
    let
      global = toKeyValue { inherit mkKeyValue listsAsDuplicateKeys; } globalSection;
    in
    (if globalSection == { } then "" else global + "\n")
    + toINI { inherit mkSectionName mkKeyValue listsAsDuplicateKeys; } sections;

  # Git writes nested sections as `[outer "inner.parts"]`.
  toGitINI =
    let
      isTree = value: isAttrs value && !isDerivation value;
      mkSectionName =
        name:
        let
          parts = lib.splitString "." name;
        in
        if length parts == 1 || lib.hasInfix "\"" name then name
        else "${head parts} \"${concatStringsSep "." (tail parts)}\"";
      quote = text: "\"${replaceStrings [ "\n" "\t" "\"" "\\" ] [ "\\n" "\\t" "\\\"" "\\\\" ] text}\"";
      mkValueString = value: mkValueStringDefault { } (if isString value then quote value else value);
      pair = mkKeyValueDefault { inherit mkValueString; } " = ";
      mkKeyValue = key: value: concatMapStringsSep "\n" (item: "\t" + pair key item) (if isList value then value else [ value ]);
      # Leaves of a tree as one set of sections, each named by its dotted path.
      leaves =
        section: tree:
        concatMap (
          name:
          let
            value = tree.${name};
          in
          if isTree value then leaves (section ++ [ name ]) value
          else if section == [ ] then [ { ${name} = value; } ]
          else [ { ${concatStringsSep "." section}.${name} = value; } ]
        ) (attrNames tree);
      deep = set: filter (name: isAttrs set.${name} && any isTree (attrValues set.${name})) (attrNames set);
      flatten =
        set:
        let
          names = deep set;
        in
        removeAttrs set names // lib.foldl lib.recursiveUpdate { } (leaves [ ] (lib.getAttrs names set));
    in
    set: toINI { inherit mkSectionName mkKeyValue; } (flatten set);

  mkDconfKeyValue = mkKeyValueDefault { mkValueString = value: toString (lib.gvariant.mkValue value); } "=";

  # Replaces what lies deeper than `depthLimit`, or fails there.
  withRecursion =
    { depthLimit, throwOnDepthLimit ? true }:
    assert isInt depthLimit;
    let
      special = [ "__functor" "__functionArgs" "__toString" "__pretty" ];
      guard =
        depth: value:
        if depth <= depthLimit then value
        else if throwOnDepthLimit then throw "lib.generators.withRecursion: the value is nested more than ${toString depthLimit} levels deep"
        else "<unevaluated>";
      walk =
        depth: value:
        let
          next = inner: walk (depth + 1) (guard (depth + 1) inner);
        in
        if isAttrs value then builtins.mapAttrs (name: if builtins.elem name special then (inner: inner) else next) value
        else if isList value then map next value
        else guard (depth + 1) value;
    in
    walk 0;

  toDhall =
    { }@options:
    value:
    let
      items = concatStringsSep ", ";
      inner = toDhall options;
    in
    if isAttrs value then "{ ${items (mapAttrsToList (key: item: "${key} = ${inner item}") value)} }"
    else if isList value then "[ ${items (map inner value)} ]"
    else if isInt value then (if value < 0 then "" else "+") + toString value
    else if isBool value then (if value then "True" else "False")
    else if isFunction value then abort "lib.generators.toDhall: a function has no text in Dhall"
    else if value == null then abort "lib.generators.toDhall: null has no text in Dhall"
    else toJSON value;

  luaName = "[[:alpha:]_][[:alnum:]_]*(\\.[[:alpha:]_][[:alnum:]_]*)*";
  toLua =
    { multiline ? true, indent ? "", asBindings ? false }@options:
    value:
    let
      open = if multiline then "\n${indent}  " else " ";
      close = if multiline then "\n${indent}" else " ";
      inner = toLua (options // { asBindings = false; indent = if asBindings then indent else "${indent}  "; });
      table = items: if items == [ ] then "{}" else "{${open}${concatStringsSep ",${open}" items}${close}}";
      badNames = filter (name: builtins.match luaName name == null) (attrNames value);
      bindings = concatStrings (mapAttrsToList (key: item: "${indent}${key} = ${inner item}\n") value);
    in
    if asBindings then
      if badNames == [ ] then bindings else throw "lib.generators.toLua: no names of Lua variables: ${toPretty { } badNames}"
    else if value == null then "nil"
    else if isInt value || isFloat value || isString value || isBool value then toJSON value
    else if isPath value || isDerivation value then toJSON "${value}"
    else if isList value then table (map inner value)
    else if isAttrs value then
      if value._type or null == "lua-inline" then "(${value.expr})"
      else table (mapAttrsToList (key: item: "[${toJSON key}] = ${inner item}") value)
    else abort "lib.generators.toLua: a ${typeOf value} has no text in Lua";
in
{
  inherit
    mkValueStringDefault mkKeyValueDefault toKeyValue toINI toINIWithGlobalSection toGitINI mkDconfKeyValue withRecursion toDhall toLua;
  toDconfINI = toINI { mkKeyValue = mkDconfKeyValue; };
  mkLuaInline = expr: { _type = "lua-inline"; inherit expr; };
  toJSON = { }: toJSON;
  toYAML = { }: toJSON;
}
