# State of the machines that hold some goes to the one that is always on, and where binaries come from.
{
  clan.inventory.instances = {
    backup = {
      module.name = "borgbackup";
      module.input = "clan-core";
      roles.server.machines.electrum = { };
      roles.client = {
        tags = [ "backup" ];
        settings.startAt = "*-*-* 03:30:00";
      };
    };

    caches = {
      module.name = "trusted-nix-caches";
      module.input = "clan-core";
      roles.default.tags = [ "nixos" ];
    };
  };
}
