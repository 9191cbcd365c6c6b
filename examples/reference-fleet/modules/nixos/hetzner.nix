# Virtual machines at Hetzner. Imported by tag, see inventory/services/providers.nix.
{ config, inputs, ... }:
let
  inherit (config.fleet) hosts;
in
{
  flake.modules.nixos.hetzner =
    { config, lib, ... }:
    let
      self = hosts.${config.networking.hostName};
    in
    {
      imports = [ inputs.srvos.nixosModules.hardware-hetzner-cloud ];

      systemd.network.networks."10-uplink" = {
        matchConfig.Type = "ether";
        address = lib.mkDefault [ "${self.publicAddress}/32" ];
        routes = [
          {
            Gateway = "172.31.1.1";
            GatewayOnLink = true;
          }
          { Gateway = "fe80::1"; }
        ];
        networkConfig = {
          DHCP = "no";
          IPv6AcceptRA = false;
        };
        linkConfig.RequiredForOnline = "routable";
      };

      boot.initrd.availableKernelModules = [
        "ahci"
        "sd_mod"
        "virtio_pci"
        "virtio_scsi"
        "xhci_pci"
      ];

      services.qemuGuest.enable = true;
    };
}
