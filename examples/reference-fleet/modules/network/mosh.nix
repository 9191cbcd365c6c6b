# mosh: a server with open ports on NixOS, only the client on macOS.
{ config, ... }:
let
  inherit (config.fleet) network ports;
in
{
  flake.modules.nixos.mosh = {
    programs.mosh = {
      enable = true;
      openFirewall = false;
    };

    networking.firewall.interfaces.${network.interfacePattern}.allowedUDPPortRanges = [
      {
        from = ports.moshFirst;
        to = ports.moshLast;
      }
    ];
  };

  flake.modules.darwin.mosh =
    { pkgs, ... }:
    {
      environment.systemPackages = [ pkgs.mosh ];
    };
}
