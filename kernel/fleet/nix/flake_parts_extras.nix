# The flake modules of flake-parts that a flake imports when it wants them.
{ lib, kernel, ... }:
let
  inherit (lib) mkOption types;

  lazyAttrs = type: description: mkOption {
    type = types.lazyAttrsOf type;
    default = { };
    inherit description;
  };
in
{
  # flake.modules.<class>.<name>, many files to one aggregate.
  modules =
    { moduleLocation, ... }:
    {
      _file = "fleetd: flake-parts modules";
      key = "fleetd: flake-parts modules";
      options.flake.modules = mkOption {
        type = types.lazyAttrsOf (types.lazyAttrsOf types.deferredModule);
        default = { };
        description = "Modules by class and name; all contributions to one name together are one aggregate.";
        apply = lib.mapAttrs (
          class:
          lib.mapAttrs (
            name: module:
            {
              _file = "${toString moduleLocation}#modules.${class}.${name}";
              imports = [ module ];
            }
            // lib.optionalAttrs (class != "generic") { _class = class; }
          )
        );
      };
    };

  flakeModules =
    { moduleLocation, flake-parts-lib, ... }:
    {
      _file = "fleetd: flake-parts flakeModules";
      key = "fleetd: flake-parts flakeModules";
      options.flake = mkOption {
        type = types.submoduleWith {
          modules = [
            (flake-parts-lib.mkAliasOptionModule [ "flakeModule" ] [ "flakeModules" "default" ])
            {
              options.flakeModules = mkOption {
                type = types.lazyAttrsOf types.deferredModule;
                default = { };
                description = "Flake modules for others.";
                apply = lib.mapAttrs (
                  name: module: {
                    _class = "flake";
                    _file = "${toString moduleLocation}#flakeModules.${name}";
                    key = "${toString moduleLocation}#flakeModules.${name}";
                    imports = [ module ];
                  }
                );
              };
            }
          ];
        };
      };
    };

  easyOverlay =
    { flake-parts-lib, ... }:
    {
      _file = "fleetd: flake-parts easyOverlay";
      options.perSystem = flake-parts-lib.mkPerSystemOption (
        { pkgs, ... }:
        {
          options.overlayAttrs = lazyAttrs types.raw "Packages of the default overlay.";
          config._module.args.final = lib.mkDefault pkgs;
        }
      );
      config.flake.overlays.default = kernel.unknown "self.overlays.default";
    };

  # Parts that are evaluated with inputs of their own; only Nix has those.
  partitions =
    { config, ... }:
    {
      _file = "fleetd: flake-parts partitions";
      options = {
        partitionedAttrs = mkOption {
          type = types.attrsOf types.str;
          default = { };
          description = "Outputs that come from a partition.";
        };
        partitions = mkOption {
          type = types.attrsOf (
            types.submodule {
              options = {
                extraInputsFlake = lib.mkOption {
                  type = types.raw;
                  default = null;
                  description = "Flake with further inputs.";
                };
                extraInputs = lazyAttrs types.raw "Further inputs.";
                module = mkOption {
                  type = types.deferredModule;
                  default = { };
                  description = "What the partition adds.";
                };
              };
            }
          );
          default = { };
          description = "Parts with inputs of their own.";
        };
      };
      config = {
        _module.args.partitionStack = [ ];
        flake = lib.mapAttrs (name: _: lib.mkForce (kernel.unknown "self.${name}")) config.partitionedAttrs;
      };
    };

  bundlers =
    { flake-parts-lib, ... }:
    flake-parts-lib.mkTransposedPerSystemModule {
      name = "bundlers";
      option = lazyAttrs types.raw "Bundlers.";
      file = "fleetd: flake-parts bundlers";
    };

  touchup = {
    _file = "fleetd: flake-parts touchup";
    options.touchup = mkOption {
      type = types.raw;
      default = { };
      description = "Changes to outputs on their way out.";
    };
  };
}
