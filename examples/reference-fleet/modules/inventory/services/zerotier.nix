# The overlay. NixOS members get identities from clan; Macs and the phone join
# by hand and are let in by address.
{ config, lib, ... }:
let
  inherit (config.fleet) hosts externalMembers;

  macs = lib.filterAttrs (_: host: lib.hasSuffix "-darwin" host.system) hosts;
in
{
  clan.inventory.instances.zerotier = {
    module = {
      name = "zerotier";
      input = "clan-core";
    };

    roles.controller.machines.cinnabar.settings = {
      allowedIps = map (member: member.overlay6) (lib.attrValues (macs // externalMembers));
    };

    roles.peer.tags = [ "peer" ];
  };
}
