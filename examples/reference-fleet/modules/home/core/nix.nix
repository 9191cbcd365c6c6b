# Nix as a user. Inside a system the daemon's settings rule, so there is less to say.
{ config, lib, ... }:
let
  caches = lib.attrValues config.fleet.caches;
in
{
  flake.modules.homeManager.core =
    {
      config,
      osConfig,
      pkgs,
      ...
    }:
    let
      standalone = osConfig == null;
    in
    {
      nix = lib.mkIf standalone {
        package = pkgs.nix;
        settings = {
          experimental-features = [
            "nix-command"
            "flakes"
          ];
          extra-substituters = map (cache: cache.url) caches;
          extra-trusted-public-keys = map (cache: cache.publicKey) caches;
          use-xdg-base-directories = true;
        };
        gc = {
          automatic = true;
          dates = "weekly";
          options = "--delete-older-than 30d";
        };
      };

      programs.nh = {
        enable = true;
        flake = "${config.home.homeDirectory}/src/quarry";
      };

      programs.nix-index.enable = lib.mkDefault (!standalone);
    };
}
