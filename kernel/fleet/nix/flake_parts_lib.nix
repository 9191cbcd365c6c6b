# The library of flake-parts: what flake modules get as `flake-parts-lib`.
{ lib, evalFlakeModule, extras }:
let
  inherit (lib) mkOption types;

  # A module for every system: definitions are collected, declarations of the option in several modules merge.
  perSystemType =
    static:
    lib.mkOptionType {
      name = "deferredModule";
      description = "module";
      check = x: builtins.isAttrs x || lib.isFunction x || types.path.check x;
      merge =
        loc: defs:
        static
        ++ map (
          def: lib.setDefaultModuleLocation "${toString def.file}, via option ${lib.showOption loc}" def.value
        ) defs;
      inherit (types.submoduleWith { modules = static; }) getSubOptions getSubModules;
      substSubModules = perSystemType;
      functor = lib.types.defaultFunctor "perSystemType" // {
        type = payload: perSystemType payload.static;
        payload = { inherit static; };
        binOp = a: b: { static = a.static ++ b.static; };
      };
    };

  self = {
    inherit evalFlakeModule;

    mkFlake = args: module: (evalFlakeModule args module).config.processedFlake;

    deferredModuleWith = { staticModules ? [ ] }: perSystemType staticModules;
    mkPerSystemType = module: perSystemType [ module ];
    mkDeferredModuleType = self.mkPerSystemType;
    mkPerSystemOption = module: mkOption { type = self.mkPerSystemType module; };
    mkDeferredModuleOption = self.mkPerSystemOption;

    mkSubmoduleOptions = options: mkOption { type = types.submoduleWith { modules = [ { inherit options; } ]; }; };

    attrsWith =
      types.attrsWith or (
        {
          elemType,
          lazy ? false,
          placeholder ? "name",
        }:
        if lazy then types.lazyAttrsOf elemType else types.attrsOf elemType
      );

    # An output that modules write without naming a system.
    mkTransposedPerSystemModule =
      {
        name,
        option,
        file,
      }:
      {
        _file = file;
        options = {
          flake.${name} = mkOption {
            type = types.lazyAttrsOf option.type;
            default = { };
            description = "The flake's ${name}, by system.";
          };
          perSystem = self.mkPerSystemOption {
            _file = file;
            options.${name} = option;
          };
        };
        config.transposition.${name} = { };
      };

    mkAliasOptionModule =
      from: to:
      { config, options, ... }:
      let
        target = lib.attrByPath to (abort "Renaming error: option `${lib.showOption to}' does not exist.");
        targetOption = lib.attrByPath to { } options;
      in
      {
        options = lib.setAttrByPath from (mkOption {
          type = targetOption.type or (types.submodule { });
          apply = _: target config;
          description = "Alias of ${lib.showOption to}.";
        });
        config = lib.modules.mkAliasAndWrapDefsWithPriority (lib.setAttrByPath to) (lib.getAttrFromPath from options);
      };

    defaultModule =
      value: if value._type or null == "flake" then value.flakeModules.default or value else value;

    importApply = path: args: lib.setDefaultModuleLocation path (import path args);

    importAndPublish = name: module: _: {
      _class = "flake";
      imports = [
        module
        extras.modules
      ];
      flake.modules.flake.${name} = module;
    };

    memoizeStr = f: f;
  };
in
self
