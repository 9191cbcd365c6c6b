# Our binary cache: the store of the builder, signed.
{ config, ... }:
let
  inherit (config) fleet;
in
{
  flake.modules.nixos.nix-serve =
    { config, pkgs, ... }:
    let
      key = config.clan.core.vars.generators.nix-serve;
    in
    {
      services.nix-serve = {
        enable = true;
        package = pkgs.nix-serve-ng;
        port = fleet.ports.nixServe;
        bindAddress = "127.0.0.1";
        secretKeyFile = key.files.key.path;
      };

      fleet.sites.cache = {
        public = true;
        upstream = config.services.nix-serve.port;
        extraConfig = ''
          add_header Cache-Control "public, max-age=3600";
        '';
      };

      clan.core.vars.generators.nix-serve = {
        share = false;
        runtimeInputs = [ pkgs.nix ];
        files.key = { };
        files."key.pub".secret = false;
        script = ''
          nix-store --generate-binary-cache-key cache.${fleet.network.publicDomain}-1 "$out/key" "$out/key.pub"
        '';
      };
    };
}
