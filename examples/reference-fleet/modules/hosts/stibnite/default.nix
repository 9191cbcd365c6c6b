# stibnite: the owner's laptop. Deployments start here.
{ config, ... }:
let
  inherit (config.flake.modules) darwin;
in
{
  flake.modules.darwin.stibnite =
    { lib, pkgs, ... }:
    {
      imports = [
        darwin.base
        darwin.colima
        darwin.dnscrypt
        darwin.mosh
        darwin.remote-builders
        darwin.sshd-server
        darwin.user-crs58
        darwin.work-apps
      ];

      nixpkgs.hostPlatform = "aarch64-darwin";
      networking.computerName = "Stibnite";

      users.users.crs58.uid = 501;

      fleet.colima = {
        autoStart = true;
        cpu = 6;
        disk = 120;
      };

      home-manager.users.crs58 = {
        home.packages = with pkgs; [
          nixos-anywhere
          opentofu
          wireguard-tools
        ];
        agents.profiles.local.model = "qwen3-coder:30b";
      };

      nix.gc.options = "--delete-older-than 14d";
      nix.settings.keep-outputs = false;

      power.sleep.computer = lib.mkForce "never";
      system.defaults.SoftwareUpdate.AutomaticallyInstallMacOSUpdates = false;
    };
}
