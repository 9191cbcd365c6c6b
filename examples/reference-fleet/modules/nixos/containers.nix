# Containers without a daemon.
{
  flake.modules.nixos.containers =
    { config, lib, ... }:
    {
      virtualisation.podman = {
        enable = true;
        dockerCompat = true;
        defaultNetwork.settings.dns_enabled = true;
        autoPrune = {
          enable = true;
          dates = "weekly";
          flags = [ "--all" ];
        };
      };

      virtualisation.containers.storage.settings.storage = {
        driver = if config.fleet.zfs.enable then "zfs" else "overlay";
        runroot = "/run/containers/storage";
        graphroot = "/var/lib/containers/storage";
      };

      fleet.disk.datasets."root/containers" = {
        mountpoint = "/var/lib/containers";
        snapshots = false;
        quota = lib.mkDefault "40G";
      };
    };
}
