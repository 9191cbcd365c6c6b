# lib.modules: properties of definitions, and modules that rename, remove or merge options. Evaluation itself is a part of its own.
lib:
let
  inherit (builtins) any concatLists concatMap filter foldl' head isAttrs isBool length map mapAttrs sort;
  inherit (lib)
    attrByPath getAttrFromPath mapAttrsToList mkIf mkMerge mkOption mkOverride optional optionalAttrs optionalString recursiveUpdate
    setAttrByPath showFiles showOption zipAttrs;

  plainPriority = 100;
  plainOrder = 1000;
  kind = value: value._type or "";

  # Moves mkMerge, mkIf and mkOverride around a set down to its attributes.
  pushDownProperties =
    config:
    let
      each = wrap: content: map (part: if isAttrs part then mapAttrs (_: wrap) part else part) (pushDownProperties content);
    in
    if kind config == "merge" then concatMap pushDownProperties config.contents
    else if kind config == "if" then each (mkIf config.condition) config.content
    else if kind config == "override" then each (mkOverride config.priority) config.content
    else [ config ];

  # The values of a definition whose conditions hold.
  dischargeProperties =
    def:
    if kind def == "merge" then concatMap dischargeProperties def.contents
    else if kind def != "if" then [ def ]
    else if !isBool def.condition then throw "‘mkIf’ called with a non-Boolean condition"
    else if def.condition then dischargeProperties def.content
    else [ ];

  # The definitions of the strongest (lowest) priority.
  strongest =
    defs:
    let
      isOverride = def: kind def.value == "override";
      priority = def: if isOverride def then def.value.priority else plainPriority;
      strip = def: if isOverride def then def // { value = def.value.content; } else def;
      highestPrio = foldl' (best: def: lib.min best (priority def)) 9999 defs;
    in
    if length defs == 1 then
      { values = map strip defs; highestPrio = priority (head defs); }
    else
      { values = map strip (filter (def: priority def == highestPrio) defs); inherit highestPrio; };

  sortProperties =
    defs:
    let
      strip =
        def: if kind def.value == "order" then def // { value = def.value.content; inherit (def.value) priority; } else def;
      order = def: def.priority or plainOrder;
    in
    sort (a: b: order a < order b) (map strip defs);

  # Applies `function` to the values inside the properties of a definition.
  mapDefinitionValue =
    function: def:
    let
      inner = mapDefinitionValue function;
      wrapper = kind def;
    in
    if wrapper == "merge" then def // { contents = map inner def.contents; }
    else if wrapper == "if" || wrapper == "override" || wrapper == "order" then def // { content = inner def.content; }
    else if wrapper == "definition" then def // { value = inner def.value; }
    else function def;

  # The definitions of an option that is a set of values, by name, each merged by itself.
  mergeAttrDefinitionsWithPrio =
    opt:
    let
      single = def: mapAttrsToList (name: value: { ${name} = def // { inherit value; }; });
      parts = def: concatLists (map (single def) (pushDownProperties def.value));
      merged =
        name: defs:
        let
          result = lib.modules.mergeDefinitions (opt.loc ++ [ name ]) opt.type.nestedTypes.elemType defs;
        in
        { value = result.mergedValue; inherit (result.defsFinal') highestPrio; };
    in
    assert opt.type.name == "attrsOf" || opt.type.name == "lazyAttrsOf";
    mapAttrs merged (zipAttrs (concatMap parts opt.definitionsWithLocations));

  whenDefined = option: mkIf option.isDefined;
  mkAliasAndWrapDefinitions = wrap: option: whenDefined option (wrap (mkMerge option.definitions));
  mkAliasAndWrapDefsWithPriority =
    wrap: option:
    whenDefined option (wrap (mkMerge (map (mkOverride (option.highestPrio or plainPriority)) option.definitions)));

  doRename =
    { from, to, visible, warn, use, withPriority ? true, condition ? true }:
    { config, options, ... }:
    let
      old = getAttrFromPath from options;
      new = attrByPath to { } options;
      type = new.type or (lib.types.submodule { });
      target = attrByPath to (abort "Renaming error: option `${showOption to}' does not exist.");
      forward = if withPriority then mkAliasAndWrapDefsWithPriority else mkAliasAndWrapDefinitions;
      note = "The option `${showOption from}' defined in ${showFiles old.files} has been renamed to `${showOption to}'.";
    in
    {
      options = setAttrByPath from (
        mkOption (
          {
            inherit visible;
            description = "Alias of {option}`${showOption to}`.";
            apply = _: use (target config);
          }
          // optionalAttrs (type != null) { inherit type; }
        )
      );
      config = mkIf condition (mkMerge [
        (optionalAttrs (options ? warnings) { warnings = optional (warn && old.isDefined) note; })
        (forward (setAttrByPath to) old)
      ]);
    };
  obsolete = from: to: "Obsolete option `${showOption from}' is used. It was renamed to `${showOption to}'.";

  mkAliasOptionModule = from: to: doRename { inherit from to; visible = true; warn = false; use = value: value; };

  unset = "_mkMergedOptionModule";
  mkMergedOptionModule =
    from: to: merge:
    { config, options, ... }:
    let
      isSet = path: getAttrFromPath path config != unset;
      old = path: getAttrFromPath path options;
      note =
        path:
        "The option `${showOption path}' defined in ${showFiles (old path).files} has been changed to `${showOption to}' that has a different type. Please read `${showOption to}' documentation and update your configuration accordingly.";
    in
    {
      options = foldl' recursiveUpdate { } (map (path: setAttrByPath path (mkOption { visible = false; default = unset; })) from);
      config =
        { warnings = filter (text: text != "") (map (path: optionalString (isSet path) (note path)) from); }
        // setAttrByPath to (mkMerge (optional (any isSet from) (merge config)));
    };

  setDefaultModuleLocation = _file: module: { inherit _file; imports = [ module ]; };
  same = value: value;
in
{
  inherit
    pushDownProperties dischargeProperties sortProperties mapDefinitionValue mergeAttrDefinitionsWithPrio mkAliasAndWrapDefinitions
    mkAliasAndWrapDefsWithPriority doRename mkAliasOptionModule mkMergedOptionModule setDefaultModuleLocation;
  filterOverrides = defs: (strongest defs).values;
  filterOverrides' = strongest;
  defaultOverridePriority = plainPriority;
  defaultOrderPriority = plainOrder;

  mkAssert = condition: message: mkIf (if condition then true else throw "\nFailed assertion: ${message}");
  mkFixStrictness = lib.warn "lib.mkFixStrictness does nothing; its argument can stand alone." same;
  mkAliasDefinitions = mkAliasAndWrapDefinitions same;
  mkAliasIfDef = lib.warn "lib.modules.mkAliasIfDef is an old form of `mkIf option.isDefined`." whenDefined;
  mkDerivedConfig = option: function: mkOverride (option.highestPrio or plainPriority) (function option.value);

  mkRemovedOptionModule =
    path: advice:
    { options, ... }:
    let
      removed = getAttrFromPath path options;
      name = showOption path;
    in
    {
      options = setAttrByPath path (mkOption {
        visible = false;
        apply = _: throw "The option `${name}' can no longer be used since it's been removed. ${advice}";
      });
      config.assertions = [
        {
          assertion = !removed.isDefined;
          message = "The option definition `${name}' in ${showFiles removed.files} no longer has any effect; please remove it.\n${advice}\n";
        }
      ];
    };
  mkRenamedOptionModule =
    from: to: doRename { inherit from to; visible = false; warn = true; use = builtins.trace (obsolete from to); };
  mkRenamedOptionModuleWith =
    { from, to, sinceRelease }:
    let
      warn = lib.oldestSupportedReleaseIsAtLeast sinceRelease;
    in
    doRename { inherit from to warn; visible = false; use = lib.warnIf warn (obsolete from to); };
  mkChangedOptionModule = from: to: change: mkMergedOptionModule [ from ] to change;
  mkAliasOptionModuleMD = lib.warn "lib.mkAliasOptionModuleMD is an old name of lib.mkAliasOptionModule." mkAliasOptionModule;

  importApply = file: argument: setDefaultModuleLocation file (import file argument);
  importJSON = file: { _file = file; config = lib.importJSON file; };
  importTOML = file: { _file = file; config = lib.importTOML file; };
}
