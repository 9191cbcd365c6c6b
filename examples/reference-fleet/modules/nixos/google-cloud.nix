# Virtual machines at Google Cloud. Imported by tag.
{
  flake.modules.nixos.google-cloud =
    { lib, ... }:
    {
      networking.useDHCP = lib.mkForce true;
      networking.timeServers = [ "metadata.google.internal" ];

      # The provider's network has a smaller packet size than it announces.
      systemd.network.networks."10-uplink" = {
        matchConfig.Name = "en*";
        networkConfig.DHCP = "ipv4";
        linkConfig.MTUBytes = "1460";
      };

      boot.initrd.availableKernelModules = [
        "nvme"
        "virtio_net"
        "virtio_pci"
        "virtio_scsi"
      ];
      boot.kernelParams = [ "console=ttyS0,115200n8" ];

      services.timesyncd.enable = lib.mkForce true;

      # Disks here grow without notice.
      systemd.services.grow-pool = {
        description = "Use all of the disk";
        wantedBy = [ "multi-user.target" ];
        after = [ "zfs-import.target" ];
        serviceConfig.Type = "oneshot";
        script = "zpool online -e zroot /dev/disk/by-partlabel/disk-main-zfs";
      };
    };
}
