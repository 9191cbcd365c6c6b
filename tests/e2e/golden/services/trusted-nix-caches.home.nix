# What the plugin trusted-nix-caches sets on ada@desk.
{ lib, pkgs, ... }:
{
  _file = "plugin trusted-nix-caches";
  config = {
    nix.package = lib.mkDefault pkgs.nix;
    nix.settings.extra-substituters = [ "https://cache.clan.lol" "https://nix-community.cachix.org" ];
    nix.settings.extra-trusted-public-keys = [
      "nix-community.cachix.org-1:mB9FSh9qf2dCimDSUo8Zy7bkq5CX+/rkCWyvRCYg3Fs="
      "cache.clan.lol-1:3KztgSAB5R1M+Dz7vzkBGzXdodizbgLXGXKXlcQLA28="
    ];
  };
}
