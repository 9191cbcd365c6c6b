# galena: computing on CPUs.
{ config, ... }:
let
  inherit (config.flake.modules) nixos;
in
{
  flake.modules.nixos.galena = {
    imports = [
      nixos.base
      nixos.home-keys
      nixos.zfs-disk
    ];

    nixpkgs.hostPlatform = "x86_64-linux";

    fleet.disk = {
      device = "/dev/disk/by-id/google-persistent-disk-0";
      firmware = "uefi";
    };

    fleet.homeKeys = {
      cameron = { };
      raquel = { };
    };

    fleet.notebooks.users.raquel.memory = "24G";

    # No terminal multiplexer for someone who never uses it here.
    home-manager.users.raquel.programs.tmux.enable = false;
  };
}
