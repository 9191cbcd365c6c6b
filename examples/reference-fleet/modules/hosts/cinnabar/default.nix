# cinnabar: controller of the overlay, our git server, our cache, our builder.
{ config, ... }:
let
  inherit (config.flake.modules) nixos;
in
{
  flake.modules.nixos.cinnabar =
    { config, lib, ... }:
    {
      imports = [
        nixos.backup
        nixos.base
        nixos.builder
        nixos.containers
        nixos.home-keys
        nixos.mosh
        nixos.overlay-controller
        nixos.postgres
        nixos.web
        nixos.zfs-disk
      ];

      nixpkgs.hostPlatform = "x86_64-linux";

      # The cache lives here: keep what others may still ask for.
      nix.gc.options = lib.mkForce "--delete-older-than 60d";
      nix.settings.min-free = lib.mkForce (40 * 1024 * 1024 * 1024);

      fleet.homeKeys.cameron = { };

      fleet.backup.jobs = {
        overlay = {
          paths = [ "/var/lib/zerotier-one/controller.d" ];
          schedule = "hourly";
          keep.hourly = 24;
        };
        containers.enable = false;
        containers.paths = [ config.virtualisation.containers.storage.settings.storage.graphroot ];
      };
    };
}
