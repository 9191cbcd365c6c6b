# What the plugin recommended-defaults sets on elm.
{ lib, pkgs, ... }:
{
  _file = "plugin recommended-defaults";
  config = {
    nix.settings.experimental-features = [ "nix-command" "flakes" ];
    nix.settings.connect-timeout = lib.mkDefault 5;
    nix.settings.log-lines = lib.mkDefault 25;
    nix.settings.builders-use-substitutes = lib.mkDefault true;
    nix.settings.min-free = lib.mkDefault 536870912;
    nix.settings.max-free = lib.mkDefault 3145728000;
    environment.systemPackages = [ pkgs.dnsutils pkgs.tcpdump pkgs.curl pkgs.jq pkgs.htop pkgs.git ];
    documentation.doc.enable = lib.mkDefault false;
    documentation.info.enable = lib.mkDefault false;
    system.stateVersion = lib.mkDefault 6;
  };
}
