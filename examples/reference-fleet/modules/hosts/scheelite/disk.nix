# Like galena's disk, with room for data sets.
{
  flake.modules.nixos.scheelite.fleet.disk = {
    device = "/dev/disk/by-id/google-persistent-disk-0";
    firmware = "uefi";
    compression = "zstd";
    datasets.data = {
      snapshots = false;
      quota = "60G";
    };
  };
}
