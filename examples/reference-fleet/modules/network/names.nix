# Names below the overlay's domain are asked from the controller, on both systems.
{ config, ... }:
let
  inherit (config.fleet) hosts network;
  controller = hosts.cinnabar;
in
{
  flake.modules.nixos.base =
    { config, lib, ... }:
    {
      services.resolved = lib.mkIf (config.networking.hostName != "cinnabar") {
        enable = true;
        settings.Resolve = {
          DNS = [ controller.overlay6 ];
          Domains = [ "~${network.domain}" ];
          DNSSEC = "false";
          FallbackDNS = network.resolvers;
        };
      };

      networking.hosts = lib.mkIf config.services.dnsmasq.enable {
        ${controller.overlay6} = controller.names;
      };
    };

  flake.modules.darwin.base = {
    environment.etc."resolver/${network.domain}".text = ''
      nameserver ${controller.overlay6}
      timeout 3
      search_order 1
    '';
  };
}
