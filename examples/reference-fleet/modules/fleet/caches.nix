# Binary caches. Hosts, homes and the check of flake.nix read this table.
{ lib, ... }:
let
  inherit (lib) mkOption types;
in
{
  options.fleet.caches = mkOption {
    type = types.attrsOf (
      types.submodule {
        options = {
          url = mkOption { type = types.str; };
          publicKey = mkOption { type = types.str; };
          priority = mkOption {
            type = types.ints.between 1 100;
            default = 50;
            description = "Smaller comes first.";
          };
          inFlake = mkOption {
            type = types.bool;
            default = true;
            description = "Also stated in flake.nix.";
          };
          classes = mkOption {
            type = types.listOf (
              types.enum [
                "nixos"
                "darwin"
              ]
            );
            default = [
              "nixos"
              "darwin"
            ];
          };
        };
      }
    );
    default = { };
  };

  config.fleet.caches = {
    quarry = {
      url = "https://cache.quarry.example.org";
      publicKey = "cache.quarry.example.org-1:jIBlnTRWy7DS6NEagR8BeoVPGZm932RTuPD9a/LkY7o=";
      priority = 30;
    };

    community = {
      url = "https://nix-community.cachix.org";
      publicKey = "nix-community.cachix.org-1:mB9FSh9qf2dCimDSUo8Zy7bkq5CX+/rkCWyvRCYg3Fs=";
      priority = 45;
    };

    cuda = {
      url = "https://cuda-maintainers.cachix.org";
      publicKey = "cuda-maintainers.cachix.org-1:0dq3bujKpuEPMCX6U4WylrUDZ9JyUG0VpVZa7CNfq5E=";
      inFlake = false;
      classes = [ "nixos" ];
    };
  };
}
