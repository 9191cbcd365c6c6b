# Care for pools: scrubs, snapshots, and homes that wait for their dataset.
{
  flake.modules.nixos.base =
    { config, lib, ... }:
    {
      options.fleet.zfs.enable = lib.mkEnableOption "care for ZFS pools";

      config = lib.mkIf config.fleet.zfs.enable {
        boot.supportedFilesystems.zfs = true;
        boot.zfs = {
          forceImportRoot = false;
          devNodes = lib.mkDefault "/dev/disk/by-path";
        };

        # Half of the memory is too much on machines that compute.
        boot.kernelParams = lib.mkAfter [ "zfs.zfs_arc_max=${toString (4 * 1024 * 1024 * 1024)}" ];

        networking.hostId = lib.substring 0 8 (builtins.hashString "sha256" config.networking.hostName);

        services.zfs = {
          autoScrub = {
            enable = true;
            interval = "monthly";
          };
          autoSnapshot = {
            enable = true;
            frequent = 0;
            hourly = 24;
            daily = 7;
            weekly = 4;
            monthly = 3;
          };
          trim.enable = true;
        };

        systemd.services = lib.mapAttrs' (
          user: _:
          lib.nameValuePair "home-manager-${user}" {
            after = [ "zfs-mount.service" ];
            requires = [ "zfs-mount.service" ];
          }
        ) config.home-manager.users;
      };
    };
}
