# rosegold: Janette's laptop.
{ config, ... }:
let
  inherit (config.flake.modules) darwin;
in
{
  flake.modules.darwin.rosegold = {
    imports = with darwin; [
      base
      family-apps
      sshd-server
      user-cameron
      user-janettesmith
    ];

    nixpkgs.hostPlatform = "aarch64-darwin";

    users.users.cameron.uid = 550;
    users.users.janettesmith.uid = 501;
    homebrew.user = "janettesmith";
    ids.gids.nixbld = 30000;

    fleet.homebrew.casks = [ "google-photos-backup-and-sync" ];
    system.defaults.dock.autohide = false;
    system.defaults.NSGlobalDomain.AppleTemperatureUnit = "Celsius";
  };
}
