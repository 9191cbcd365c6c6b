# Packet filters: closed outside, trusting inside the overlay only what is named.
{ config, ... }:
let
  inherit (config.fleet) network;
in
{
  flake.modules.nixos.base =
    { config, lib, ... }:
    {
      networking.nftables.enable = true;

      networking.firewall = {
        enable = true;
        allowPing = true;
        logRefusedConnections = lib.mkDefault false;
        checkReversePath = "loose";
        trustedInterfaces = lib.mkIf config.virtualisation.podman.enable [ "podman0" ];
        interfaces.${network.interfacePattern}.allowedTCPPorts =
          config.services.openssh.ports
          ++ lib.optionals config.services.prometheus.exporters.node.enable [
            config.services.prometheus.exporters.node.port
          ];
      };

      networking.useNetworkd = true;
      networking.useDHCP = lib.mkDefault false;
      systemd.network.wait-online.anyInterface = true;
    };

  flake.modules.darwin.base.networking.applicationFirewall = {
    enable = true;
    enableStealthMode = true;
    allowSigned = true;
    allowSignedApp = true;
    blockAllIncoming = false;
  };
}
