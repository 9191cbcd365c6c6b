# electrum starts from UEFI.
{
  flake.modules.nixos.electrum.fleet.disk = {
    device = "/dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_10000002";
    firmware = "uefi";
    datasets."root/prometheus" = {
      mountpoint = "/var/lib/prometheus2";
      snapshots = false;
      quota = "60G";
    };
  };
}
