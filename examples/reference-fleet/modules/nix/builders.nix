# Macs build for Linux on cinnabar. Both halves of that are here.
{ config, ... }:
let
  inherit (config.fleet) hosts;
  inherit (config.fleet.network) domain;

  builder = "cinnabar";
  builderUser = "nix-builder";
  clientKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJxTHjG6+w7Xmetfed9rKrqTACspzFczzODVI/vlrX9Y builder@stibnite";
in
{
  flake.modules.nixos.builder =
    { config, pkgs, ... }:
    {
      users.users.${builderUser} = {
        isSystemUser = true;
        group = builderUser;
        shell = pkgs.bashInteractive;
        openssh.authorizedKeys.keys = [ "restrict,command=\"nix-daemon --stdio\" ${clientKey}" ];
      };
      users.groups.${builderUser} = { };

      nix.settings.trusted-users = [ builderUser ];
      nix.settings.max-jobs = if config.hardware.graphics.enable then 2 else 8;
    };

  flake.modules.darwin.remote-builders =
    { config, lib, ... }:
    {
      nix.distributedBuilds = true;
      nix.settings.builders-use-substitutes = true;

      nix.buildMachines = [
        {
          hostName = "${builder}.${domain}";
          protocol = "ssh-ng";
          sshUser = builderUser;
          sshKey = "/etc/nix/builder_ed25519";
          systems = [ hosts.${builder}.system ];
          maxJobs = 8;
          speedFactor = 2;
          supportedFeatures = [
            "big-parallel"
            "kvm"
          ];
        }
      ];

      nix.linux-builder = {
        # The local virtual machine is the way out when the overlay is down.
        enable = lib.mkDefault (config.networking.hostName == "stibnite");
        ephemeral = true;
        maxJobs = 4;
        config.virtualisation.cores = 4;
      };
    };
}
