# What the plugin recommended-defaults sets on ada@desk.
{ lib, pkgs, ... }:
{
  _file = "plugin recommended-defaults";
  config = {
    nix.package = lib.mkDefault pkgs.nix;
    nix.settings.experimental-features = [ "nix-command" "flakes" ];
    nix.settings.connect-timeout = lib.mkDefault 5;
    nix.settings.log-lines = lib.mkDefault 25;
    nix.settings.builders-use-substitutes = lib.mkDefault true;
    home.packages = [ pkgs.dnsutils pkgs.tcpdump pkgs.curl pkgs.jq pkgs.htop pkgs.git ];
  };
}
