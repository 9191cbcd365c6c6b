# What cinnabar serves. Kept apart, so that it can move to another host as one file.
{ config, ... }:
let
  inherit (config.flake.modules) nixos;
in
{
  flake.modules.nixos.cinnabar =
    { config, lib, ... }:
    {
      imports = [
        nixos.forgejo
        nixos.nix-serve
      ];

      services.forgejo.settings = {
        server.LANDING_PAGE = "explore";
        service.DEFAULT_KEEP_EMAIL_PRIVATE = true;
      };

      services.nginx.virtualHosts.${config.fleet.sites.cache.hostName}.locations."/".extraConfig =
        lib.mkAfter "proxy_read_timeout 300s;";

      fleet.sites.files = {
        root = "/srv/files";
        extraConfig = "autoindex on;";
      };
    };
}
