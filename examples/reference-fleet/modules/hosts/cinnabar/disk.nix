# cinnabar starts from a legacy BIOS.
{
  flake.modules.nixos.cinnabar.fleet.disk = {
    device = "/dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_10000001";
    firmware = "bios";
    datasets = {
      "root/forgejo".mountpoint = "/var/lib/forgejo";
      "root/postgresql" = {
        mountpoint = "/var/lib/postgresql";
        snapshots = false;
      };
      "root/containers".quota = "80G";
      reserved = {
        mountpoint = null;
        quota = "2G";
        snapshots = false;
      };
    };
  };
}
