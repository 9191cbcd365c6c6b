# Fingerprints instead of passwords, and a screen that locks.
{
  flake.modules.darwin.base =
    { lib, ... }:
    {
      security.pam.services.sudo_local = {
        enable = true;
        touchIdAuth = true;
        reattach = true;
      };

      security.sudo.extraConfig = ''
        Defaults timestamp_timeout=30
        %admin ALL=(root) NOPASSWD: /run/current-system/sw/bin/darwin-rebuild
      '';

      system.defaults = {
        screensaver = {
          askForPassword = true;
          askForPasswordDelay = 5;
        };
        loginwindow = {
          GuestEnabled = false;
          SHOWFULLNAME = false;
          DisableConsoleAccess = true;
          LoginwindowText = lib.mkDefault "If found, please write to found@quarry.example.org";
        };
        LaunchServices.LSQuarantine = true;
        SoftwareUpdate.AutomaticallyInstallMacOSUpdates = lib.mkDefault true;
      };
    };
}
