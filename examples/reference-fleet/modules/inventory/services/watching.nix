# Logs and the state of units go to electrum, beside the numbers that modules/nixos/metrics.nix collects. electrum keeps snapshots of
# its own state on a volume that is mounted for that time only.
{
  clan.inventory.instances = {
    monitoring = {
      module.input = "clan-core";
      roles.server.machines.electrum = { };
      roles.client.tags = [ "always-on" ];
    };

    snapshots = {
      module = {
        name = "localbackup";
        input = "clan-core";
      };
      roles.default.machines.electrum.settings = {
        snapshots = 14;
        targets.volume = {
          directory = "/mnt/snapshots/electrum";
          mountpoint = "/mnt/snapshots";
        };
      };
    };
  };

  # clan-core brings its defaults to NixOS machines; laptops get them from fleetd.
  flake.fleet.tags.laptop.plugins = [ "recommended-defaults" ];
}
