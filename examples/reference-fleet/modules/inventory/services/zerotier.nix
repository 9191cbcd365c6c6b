# The overlay. Machines of both classes get identities, and addresses with them;
# only the phone made its own, and is let in by its id.
{ config, lib, ... }:
let
  inherit (config.fleet) externalMembers;
in
{
  clan.inventory.instances.zerotier = {
    module = {
      name = "zerotier";
      input = "clan-core";
    };

    roles.controller.machines.cinnabar.settings = {
      allowedIds = lib.mapAttrsToList (_: member: member.memberId) externalMembers;
    };

    roles.peer.tags = [
      "darwin"
      "peer"
    ];
  };
}
