# Host certificates for all servers, and trust in them on all of them.
{ config, ... }:
let
  certificate.searchDomains = [ config.fleet.network.domain ];
in
{
  clan.inventory.instances.sshd = {
    module.input = "clan-core";

    roles.server = {
      tags = [ "nixos" ];
      settings = { inherit certificate; };
    };

    roles.client = {
      tags.nixos = { };
      settings = { inherit certificate; };
    };
  };
}
