# A repository without flake.nix: every file below modules/ is a module of the fleet, hosts come from fleet.json, fleet.hosts or clan.
{ lib, kernel, flakeParts, clan, hosts, ... }:
{ directory, files, withClan }:
let
  inherit (lib) mkOption types;

  self = evaluated.config.flake // {
    outPath = directory;
    inputs = { };
  };

  machines =
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
        description = "The fleet.";
      };
      config.flake = lib.genAttrs [ "nixosConfigurations" "darwinConfigurations" "homeConfigurations" ] (
        output:
        let
          class = lib.removeSuffix "Configurations" output;
        in
        lib.mapAttrs (
          name: machine:
          let
            made = hosts.${class} {
              inherit (machine) system;
              modules = machine.modules ++ map (aggregate: config.flake.modules.${moduleClass.${class}}.${aggregate}) machine.aggregates;
            };
          in
          made
          // {
            _fleetd = made._fleetd // {
              inherit (machine) tags plugins;
              origin = "fleet.machines";
            };
          }
        ) (lib.filterAttrs (_: machine: machine.class == class) config.fleet.machines)
      );
    };
  moduleClass = {
    nixos = "nixos";
    darwin = "darwin";
    home = "homeManager";
  };

  evaluated = flakeParts.evalFlakeModule {
    inherit self;
    inputs = { inherit self; };
    moduleLocation = toString directory;
  } { imports = [ flakeParts.modules machines ] ++ lib.optional withClan clan.flakeModule ++ files; };
in
{
  inherit (evaluated) config options;
  outputs = evaluated.config.flake;
}
