# Cheap consistency checks: they only read what the flake says about itself.
{
  config,
  inputs,
  lib,
  ...
}:
let
  inherit (config.flake.clan.inventory) machines;

  # A host module must live below the class its machine has.
  misplaced = lib.filter (name: !(config.flake.modules.${machines.${name}.machineClass} ? ${name})) (
    lib.attrNames machines
  );

  # Every machine has facts, and every fact belongs to a machine.
  withoutFacts = lib.subtractLists (lib.attrNames config.fleet.hosts) (lib.attrNames machines);
  withoutMachine = lib.subtractLists (lib.attrNames machines) (lib.attrNames config.fleet.hosts);

  # nixConfig can hold only literals, hence the second copy in flake.nix.
  stated = (import ../../flake.nix).nixConfig.extra-substituters;
  derived = map (cache: cache.url) (
    lib.filter (cache: cache.inFlake) (lib.attrValues config.fleet.caches)
  );

  sorted = lib.sort (a: b: a < b);

  duplicates = lib.length (lib.unique addresses) != lib.length addresses;
  addresses = lib.filter (address: address != null) (
    lib.mapAttrsToList (_: host: host.overlay6) (config.fleet.hosts // config.fleet.externalMembers)
  );

  findings =
    map (name: "${name}: no host module in class ${machines.${name}.machineClass}") misplaced
    ++ map (name: "${name}: no entry in fleet.hosts") withoutFacts
    ++ map (name: "${name}: in fleet.hosts, but not in the inventory") withoutMachine
    ++ lib.optional (sorted stated != sorted derived) "flake.nix: caches differ"
    ++ lib.optional duplicates "two overlay members share one address";
in
{
  perSystem =
    { pkgs, self', ... }:
    {
      checks = {
        inherit (self'.packages) fleet-status;

        fleet-consistency =
          pkgs.runCommand "fleet-consistency"
            {
              findings = lib.concatStringsSep "\n" findings;
              inputNames = lib.attrNames (lib.removeAttrs inputs [ "self" ]);
            }
            ''
              if [ -n "$findings" ]; then
                printf '%s\n' "$findings" >&2
                exit 1
              fi
              printf '%s\n' $inputNames > "$out"
            '';
      };
    };
}
