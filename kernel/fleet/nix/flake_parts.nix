# flake-parts: mkFlake as a module evaluation with per-system outputs. Its library is in flake_parts_lib.nix, what flakes import beside
# it in flake_parts_extras.nix.
{ lib, kernel, evalHost, fleetLib, ... }:
let
  inherit (lib) mkOption types;

  lazyAttrs = type: description: mkOption {
    type = types.lazyAttrsOf type;
    default = { };
    inherit description;
  };
  raw = lazyAttrs types.raw;

  extras = kernel.part "flake_parts_extras" { inherit lib kernel; };
  flakePartsLib = kernel.part "flake_parts_lib" { inherit lib evalFlakeModule extras; };

  # Outputs that exist once for each system.
  transposed = [
    "apps"
    "checks"
    "devShells"
    "legacyPackages"
    "packages"
  ];

  outputs =
    { moduleLocation, ... }:
    {
      _file = "fleetd: flake outputs";
      options.flake = mkOption {
        type = types.submoduleWith {
          modules = [
            {
              _file = "fleetd: flake outputs";
              freeformType = types.lazyAttrsOf (types.unique { message = "No option has been declared for this flake output attribute, so its definitions can't be merged automatically."; } types.raw);
              options = {
                nixosConfigurations = raw "NixOS hosts.";
                nixosModules = mkOption {
                  type = types.lazyAttrsOf types.deferredModule;
                  default = { };
                  description = "NixOS modules for others.";
                  apply = lib.mapAttrs (
                    name: module: {
                      _class = "nixos";
                      _file = "${toString moduleLocation}#nixosModules.${name}";
                      imports = [ module ];
                    }
                  );
                };
                overlays = lazyAttrs (types.uniq types.raw) "Overlays for others.";
                formatter = raw "What `nix fmt` runs, by system.";
              };
            }
          ];
        };
        description = "The flake's outputs.";
      };
    };

  perSystemOutputs = _: {
    imports = map (
      name:
      flakePartsLib.mkTransposedPerSystemModule {
        inherit name;
        option = raw "Per-system ${name}.";
        file = "fleetd: per-system ${name}";
      }
    ) transposed;
  };

  core =
    {
      config,
      options,
      extendModules,
      inputs,
      self,
      ...
    }:
    let
      top = config;

      evaluate =
        modules: system:
        lib.evalModules {
          inherit modules;
          class = "perSystem";
          prefix = [
            "perSystem"
            system
          ];
          specialArgs = { inherit system; };
        };
      # The evaluation of systems in the list is shared.
      evaluationOf = system: config.allSystems.${system} or (config.perSystem system);
    in
    {
      _file = "fleetd: flake-parts";
      imports = [
        outputs
        perSystemOutputs
      ];
      options = {
        systems = mkOption {
          type = types.listOf types.str;
          default = [ ];
          description = "Systems that per-system outputs exist for.";
        };
        perInput = mkOption {
          type = types.functionTo (types.functionTo (types.lazyAttrsOf types.unspecified));
          description = "What a flake has for one system.";
        };
        perSystem = mkOption {
          type = flakePartsLib.mkPerSystemType (
            {
              config,
              options,
              extendModules,
              specialArgs,
              system,
              ...
            }:
            {
              _file = "fleetd: perSystem";
              # Flake modules that cannot be read may declare more.
              _fleetdPlatform = true;
              options = {
                formatter = mkOption {
                  type = types.nullOr types.raw;
                  default = null;
                  description = "What `nix fmt` runs.";
                };
                allModuleArgs = raw "Arguments of the modules of this system.";
                debug = raw "The evaluation itself.";
                extendModules = mkOption {
                  type = types.raw;
                  default = extendModules;
                  internal = true;
                };
              };
              config = {
                allModuleArgs = config._module.args // specialArgs // { inherit config options; };
                _module.args = {
                  inputs' = lib.mapAttrs (_: top.perInput system) inputs;
                  self' = top.perInput system self;
                  pkgs = lib.mkOptionDefault (evalHost.packagesFor (kernel.unknown "pkgs") system);
                };
              };
            }
          );
          apply = modules: system: (evaluate modules system).config;
          description = "Outputs written once for every system.";
        };
        allSystems = mkOption {
          type = types.lazyAttrsOf types.unspecified;
          internal = true;
          description = "The evaluated per-system modules.";
        };
        debug = mkOption {
          type = types.bool;
          default = false;
          description = "Whether the flake shows its own evaluation.";
        };
        transposition = mkOption {
          type = types.lazyAttrsOf (
            types.submodule {
              options.adHoc = mkOption {
                type = types.bool;
                default = false;
                description = "Whether the per-system option is declared, too.";
              };
            }
          );
          default = { };
          description = "Per-system attributes that become outputs of the flake.";
        };
        processedFlake = mkOption {
          type = types.raw;
          readOnly = true;
          apply = if options.processedFlake.isDefined then x: x else _: config.flake;
          description = "The outputs as the flake returns them.";
        };
      };
      config = {
        allSystems = lib.genAttrs config.systems config.perSystem;
        perInput =
          system: flake:
          lib.mapAttrs (
            name: _: if builtins.isAttrs flake then flake.${name}.${system} or { } else flake.${name}.${system}
          ) (config.transposition // { formatter = { }; });
        perSystem.options = lib.mapAttrs (_: _: mkOption { }) (lib.filterAttrs (_: t: t.adHoc) config.transposition);
        flake =
          lib.mapAttrs (
            name: _: lib.mapAttrs (_: system: system.${name} or { }) config.allSystems
          ) config.transposition
          // {
            formatter = lib.mapAttrs (_: system: system.formatter) config.allSystems;
          };
        _module.args = rec {
          getSystem = evaluationOf;
          getSystemIgnoreWarning = evaluationOf;
          withSystem = system: f: f (evaluationOf system).allModuleArgs;
          moduleWithSystem =
            module:
            { config, ... }:
            let
              system = config._module.args.system or config._module.args.pkgs.stdenv.hostPlatform.system;
              arguments = withSystem system (args: args);
            in
            {
              imports = [ (module (lib.mapAttrs (name: _: arguments.${name}) (builtins.functionArgs module))) ];
            };
        };
      };
    };

  evalFlakeModule =
    args@{
      inputs ? self.inputs,
      specialArgs ? { },
      self ? args.inputs.self or { },
      moduleLocation ? "${toString (self.outPath or "")}/flake.nix",
    }:
    module:
    fleetLib.evalModules {
      class = "flake";
      specialArgs = {
        inherit self moduleLocation;
        inputs = args.inputs or (self.inputs or { });
        flake-parts-lib = flakePartsLib;
      }
      // specialArgs;
      modules = [
        core
        (lib.setDefaultModuleLocation moduleLocation module)
      ];
    };

  mkFlake =
    args: module:
    let
      evaluated = evalFlakeModule args module;
    in
    kernel.levelF evaluated evaluated.config.processedFlake;
in
{
  lib = flakePartsLib // { inherit mkFlake; };
  flakeModules = extras;
  flakeModule = extras.modules;
  inherit evalFlakeModule core;
  inherit (extras) modules;
}
