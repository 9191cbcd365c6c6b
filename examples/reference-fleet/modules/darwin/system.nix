# What every Mac needs before anything else works.
{ config, inputs, ... }:
let
  inherit (config) fleet;
in
{
  flake.modules.darwin.base =
    {
      config,
      lib,
      pkgs,
      ...
    }:
    {
      imports = [ inputs.srvos.darwinModules.common ];

      system.stateVersion = fleet.stateVersions.darwin;
      system.primaryUser = lib.mkDefault fleet.hosts.${config.networking.hostName}.admin;
      system.configurationRevision = inputs.self.rev or inputs.self.dirtyRev or null;

      networking.computerName = lib.mkDefault config.networking.hostName;
      networking.localHostName = config.networking.hostName;
      time.timeZone = lib.mkDefault fleet.timeZone;

      # Fixed by the first activation; a wrong number stops every later one.
      ids.gids.nixbld = lib.mkDefault 350;

      environment = {
        shells = [
          pkgs.zsh
          pkgs.fish
        ];
        systemPackages = with pkgs; [
          coreutils
          fleet-status
          gnused
          mactop
        ];
        systemPath = lib.mkAfter [ "/opt/homebrew/bin" ];
        variables.EDITOR = "hx";
        etc."nix/nix.custom.conf".text = lib.mkBefore ''
          # Nothing is read from here.
        '';
      };

      programs.zsh.enable = true;
      programs.fish.enable = true;

      documentation.enable = true;
      documentation.doc.enable = lib.mkForce false;
    };
}
