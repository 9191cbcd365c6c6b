# Machines that have an address of their own on the internet: another way to
# them when the overlay is down.
{ config, lib, ... }:
{
  clan.inventory.instances.internet = {
    module = {
      name = "internet";
      input = "clan-core";
    };

    roles.default.machines =
      lib.mapAttrs (_: host: { settings.host = host.publicAddress; })
        (lib.filterAttrs (_: host: host.publicAddress != null) config.fleet.hosts);
  };
}
