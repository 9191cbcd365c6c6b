# Trackpad, clock, menu bar, screenshots.
{
  flake.modules.darwin.base =
    { config, lib, ... }:
    {
      system.defaults = {
        trackpad = {
          ActuationStrength = 0;
          Clicking = true;
          Dragging = false;
          FirstClickThreshold = 1;
          SecondClickThreshold = 1;
          TrackpadRightClick = true;
          TrackpadThreeFingerDrag = lib.mkDefault false;
          TrackpadThreeFingerTapGesture = 2;
        };

        menuExtraClock = {
          Show24Hour = true;
          ShowAMPM = false;
          ShowDate = 1;
          ShowDayOfWeek = true;
          ShowSeconds = false;
          FlashDateSeparators = false;
          IsAnalog = false;
        };

        controlcenter = {
          BatteryShowPercentage = true;
          Bluetooth = true;
          Sound = true;
          NowPlaying = false;
        };

        hitoolbox.AppleFnUsageType = "Do Nothing";

        screencapture = {
          location = "/Users/${config.system.primaryUser}/Pictures/Screenshots";
          type = "png";
          disable-shadow = true;
          show-thumbnail = false;
        };

        ActivityMonitor = {
          IconType = 5;
          OpenMainWindow = true;
          ShowCategory = 102;
          SortColumn = "CPUUsage";
          SortDirection = 0;
        };

        smb = {
          NetBIOSName = lib.toUpper config.networking.hostName;
          ServerDescription = config.networking.computerName;
        };

        CustomUserPreferences = {
          "com.apple.desktopservices" = {
            DSDontWriteNetworkStores = true;
            DSDontWriteUSBStores = true;
          };
          "com.apple.AdLib".allowApplePersonalizedAdvertising = false;
          "com.apple.print.PrintingPrefs"."Quit When Finished" = true;
        };
      };
    };
}
