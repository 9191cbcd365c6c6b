# flake-parts: mkFlake as a module evaluation, per-system outputs, and the `modules` extra.
{ lib, kernel, evalHost, ... }:
let
  inherit (lib) mkOption types;

  raw = description: mkOption {
    type = types.lazyAttrsOf types.raw;
    default = { };
    inherit description;
  };

  # Outputs that exist once for each system.
  transposed = [
    "apps"
    "checks"
    "devShells"
    "legacyPackages"
    "packages"
  ];

  perSystemModule =
    { config, ... }:
    {
      _file = "fleetd: perSystem";
      options = lib.genAttrs transposed (name: raw "Per-system ${name}.") // {
        formatter = mkOption {
          type = types.nullOr types.raw;
          default = null;
          description = "What `nix fmt` runs.";
        };
      };
      # Third parties' flake modules may declare more.
      _fleetdPlatform = true;
    };

  inputFor =
    system: input:
    builtins.mapAttrs (_: output: output.${system} or { }) (
      lib.filterAttrs (name: _: lib.elem name (transposed ++ [ "formatter" ])) input
    );

  core =
    {
      config,
      inputs,
      self,
      moduleLocation,
      ...
    }:
    let
      perSystem =
        system:
        lib.evalModules {
          class = "perSystem";
          prefix = [
            "perSystem"
            system
          ];
          specialArgs = {
            inherit system;
            inputs' = lib.mapAttrs (_: inputFor system) inputs;
            self' = config.allSystems.${system};
          };
          modules = [
            perSystemModule
            { _module.args.pkgs = lib.mkOverride 1500 (evalHost.packagesFor (kernel.unknown "pkgs") system); }
          ]
          ++ config.perSystem;
        };
      evaluations = lib.genAttrs config.systems perSystem;
      evaluationFor = system: evaluations.${system} or (perSystem system);
    in
    {
      _file = "fleetd: flake-parts";
      options = {
        systems = mkOption {
          type = types.listOf types.str;
          default = [ ];
          description = "Systems that per-system outputs exist for.";
        };
        perSystem = mkOption {
          type = types.deferredModule;
          default = { };
          apply = module: [ module ];
          description = "Outputs written once for every system.";
        };
        allSystems = mkOption {
          type = types.lazyAttrsOf types.raw;
          internal = true;
          default = { };
          description = "The evaluated per-system modules.";
        };
        debug = mkOption {
          type = types.bool;
          default = false;
          description = "Whether the flake shows its own evaluation.";
        };
        transposition = raw "Per-system attributes that become flake outputs.";
        flake = mkOption {
          type = types.submoduleWith {
            modules = [
              {
                _file = "fleetd: flake outputs";
                freeformType = types.lazyAttrsOf (types.unique { message = "No option has been declared for this flake output attribute, so its definitions can't be merged automatically."; } types.raw);
                options = {
                  nixosConfigurations = raw "NixOS hosts.";
                  nixosModules = raw "NixOS modules for others.";
                  overlays = mkOption {
                    type = types.lazyAttrsOf types.raw;
                    default = { };
                    description = "Overlays for others.";
                  };
                }
                // lib.genAttrs transposed (name: raw "The flake's ${name}.");
              }
            ];
          };
          default = { };
          description = "The flake's outputs.";
        };
      };
      config = {
        allSystems = lib.mapAttrs (_: evaluation: evaluation.config) evaluations;
        flake = lib.genAttrs transposed (name: lib.mapAttrs (_: system: system.${name}) config.allSystems);
        _module.args = {
          getSystem = system: (evaluationFor system).config;
          withSystem =
            system: f:
            let
              evaluation = evaluationFor system;
            in
            f (
              evaluation._module.args
              // {
                inherit (evaluation) config;
                inherit system lib;
                inherit (evaluation._module.specialArgs) inputs' self';
              }
            );
          moduleWithSystem =
            f:
            {
              config,
              pkgs,
              lib,
              ...
            }@args:
            {
              imports = [ (f (args // { inherit pkgs; })) ];
            };
        };
      };
    };

  # The extra `flakeModules.modules`: flake.modules.<class>.<name>, many files to one aggregate.
  modules =
    { moduleLocation, ... }:
    {
      _file = "fleetd: flake-parts modules";
      options.flake = mkOption {
        type = types.submoduleWith {
          modules = [
            {
              options.modules = mkOption {
                type = types.lazyAttrsOf (types.lazyAttrsOf types.deferredModule);
                default = { };
                description = "Modules by class and name; all contributions to one name together are one aggregate.";
                apply = lib.mapAttrs (
                  class:
                  lib.mapAttrs (
                    name: module:
                    {
                      _file = "${moduleLocation}#modules.${class}.${name}";
                      imports = [ module ];
                    }
                    // lib.optionalAttrs (class != "generic") { _class = class; }
                  )
                );
              };
            }
          ];
        };
      };
    };

  evalFlakeModule =
    args@{
      inputs ? { },
      specialArgs ? { },
      self ? args.inputs.self or { },
      moduleLocation ? "${toString (self.outPath or "")}/flake.nix",
    }:
    module:
    lib.evalModules {
      class = "flake";
      specialArgs = {
        inherit self moduleLocation;
        inputs = args.inputs or (self.inputs or { });
        flake-parts-lib = flakePartsLib;
      }
      // specialArgs;
      modules = [
        core
        module
      ];
    };

  flakePartsLib = {
    inherit evalFlakeModule;
    mkFlake =
      args: module:
      let
        evaluated = evalFlakeModule args module;
      in
      kernel.levelF evaluated evaluated.config.flake;
    mkPerSystemOption = module: mkOption { type = types.deferredModule; };
    mkPerSystemType = module: types.deferredModule;
    mkSubmoduleOptions = options: mkOption {
      type = types.submoduleWith { modules = [ { inherit options; } ]; };
      default = { };
    };
    mkTransposedPerSystemModule = _: { };
    importApply = path: args: lib.setDefaultModuleLocation path (import path args);
  };
in
{
  lib = flakePartsLib;
  flakeModules = {
    inherit modules;
    flakeModules = { };
    easyOverlay = { };
    partitions = { };
    bundlers = { };
  };
  flakeModule = modules;
  inherit evalFlakeModule modules core;
}
