# A repository without flake.nix: every file below modules/ is a module of the fleet, hosts come from fleet.json, fleet.hosts or clan.
{ lib, kernel, flakeParts, clan ? null, ... }:
{ directory, files, named, clanModule }:
let
  inherit (lib) mkOption types;

  self = evaluated.config.flake // {
    outPath = directory;
    inputs = { };
  };

  hosts =
    { config, ... }:
    {
      _file = "fleetd: hosts of a repository";
      options.fleet = mkOption {
        type = types.submoduleWith {
          modules = [
            {
              freeformType = types.lazyAttrsOf types.anything;
              options.machines = mkOption {
                type = types.lazyAttrsOf (
                  types.submodule {
                    options = {
                      class = mkOption { type = types.enum [ "nixos" "darwin" "home" ]; default = "nixos"; };
                      system = mkOption { type = types.nullOr types.str; default = null; };
                      tags = mkOption { type = types.listOf types.str; default = [ ]; };
                      aggregates = mkOption { type = types.listOf types.str; default = [ ]; };
                      modules = mkOption { type = types.listOf types.raw; default = [ ]; };
                      plugins = mkOption { type = types.listOf types.str; default = [ ]; };
                    };
                  }
                );
                default = { };
                description = "Hosts of a repository that has no flake.";
              };
            }
          ];
        };
        default = { };
      };
    };

  evaluated = flakeParts.evalFlakeModule {
    inherit self;
    inputs = { inherit self; };
    moduleLocation = toString directory;
  } { imports = [ flakeParts.modules hosts clanModule ] ++ files; };
in
{
  inherit (evaluated) config options;
  outputs = evaluated.config.flake;
}
