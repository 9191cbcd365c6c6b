# blackphos: Raquel's laptop, looked after by crs58.
{ config, ... }:
let
  inherit (config.flake.modules) darwin;
in
{
  flake.modules.darwin.blackphos = {
    imports = with darwin; [
      base
      dnscrypt
      mosh
      sshd-server
      user-crs58
      user-raquel
      work-apps
    ];

    nixpkgs.hostPlatform = "aarch64-darwin";
    networking.computerName = "Blackphos";

    users.users = {
      crs58.uid = 550;
      raquel.uid = 501;
    };
    # Homebrew belongs to the one who installs applications.
    homebrew.user = "raquel";

    fleet.homebrew = {
      brews = [ "openblas" ];
      casks = [
        "rstudio"
        "skim"
      ];
      fonts = [ "latin-modern" ];
    };

    system.defaults.dock = {
      autohide = false;
      orientation = "bottom";
      tilesize = 56;
    };
    system.defaults.trackpad.TrackpadThreeFingerDrag = true;
  };
}
