# What a provider needs is chosen by tag, not by each host.
{ config, ... }:
let
  inherit (config.flake.modules) nixos;

  importer = tag: aggregates: {
    module = {
      name = "importer";
      input = "clan-core";
    };
    roles.default = {
      tags = [ tag ];
      extraModules = aggregates;
    };
  };
in
{
  clan.inventory.instances = {
    provider-hetzner = importer "hetzner" [ nixos.hetzner ];
    provider-gcp = importer "gcp" [ nixos.google-cloud ];
    computing = importer "compute" [
      nixos.compute
      nixos.containers
    ];
  };
}
