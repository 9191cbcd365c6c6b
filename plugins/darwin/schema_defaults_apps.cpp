// system.defaults of the other domains.
#include "plugins/darwin/schema_defaults.hpp"

namespace darwin {

constexpr const char* kActivityMonitorFlags[] = {"OpenMainWindow"};
constexpr const char* kActivityMonitorIntegers[] = {"IconType", "ShowCategory", "SortDirection"};
constexpr const char* kActivityMonitorTexts[] = {"SortColumn"};
constexpr const char* kLaunchServicesFlags[] = {"LSQuarantine"};
constexpr const char* kSoftwareUpdateFlags[] = {"AutomaticallyInstallMacOSUpdates"};
constexpr const char* kWindowManagerFlags[] = {"AppWindowGroupingBehavior",
                                               "AutoHide",
                                               "EnableStandardClickToShowDesktop",
                                               "EnableTiledWindowMargins",
                                               "EnableTilingByEdgeDrag",
                                               "EnableTilingOptionAccelerator",
                                               "EnableTopTilingByEdgeDrag",
                                               "GloballyEnabled",
                                               "HideDesktop",
                                               "StageManagerHideWidgets",
                                               "StandardHideDesktopIcons",
                                               "StandardHideWidgets"};
constexpr const char* kControlcenterFlags[] = {
    "AirDrop", "BatteryShowPercentage", "Bluetooth", "Display", "FocusModes", "NowPlaying", "Sound"};
constexpr const char* kHitoolboxTexts[] = {"AppleFnUsageType"};
constexpr const char* kICalFlags[] = {"TimeZone support enabled", "CalendarSidebarShown"};
constexpr const char* kICalTexts[] = {"first day of week"};
constexpr const char* kLoginwindowFlags[] = {"DisableConsoleAccess",
                                             "GuestEnabled",
                                             "PowerOffDisabledWhileLoggedIn",
                                             "RestartDisabled",
                                             "RestartDisabledWhileLoggedIn",
                                             "SHOWFULLNAME",
                                             "ShutDownDisabled",
                                             "ShutDownDisabledWhileLoggedIn",
                                             "SleepDisabled"};
constexpr const char* kLoginwindowTexts[] = {"LoginwindowText", "autoLoginUser"};
constexpr const char* kMenuExtraClockFlags[] = {"FlashDateSeparators", "IsAnalog",      "Show24Hour", "ShowAMPM",
                                                "ShowDayOfMonth",      "ShowDayOfWeek", "ShowSeconds"};
constexpr const char* kMenuExtraClockIntegers[] = {"ShowDate"};
constexpr const char* kScreencaptureFlags[] = {"disable-shadow", "include-date", "save-selections", "show-thumbnail"};
constexpr const char* kScreencaptureTexts[] = {"location", "target", "type"};
constexpr const char* kScreensaverFlags[] = {"askForPassword"};
constexpr const char* kScreensaverIntegers[] = {"askForPasswordDelay"};
constexpr const char* kSmbTexts[] = {"NetBIOSName", "ServerDescription"};
constexpr const char* kSpacesFlags[] = {"spans-displays"};
constexpr const char* kUniversalaccessFlags[] = {"closeViewScrollWheelToggle", "closeViewZoomFollowsFocus",
                                                 "reduceMotion", "reduceTransparency"};
constexpr const char* kUniversalaccessNumbers[] = {"mouseDriverCursorSize"};

void declareAppDefaults(platform::Declare& out) {
  flags(out, "ActivityMonitor", kActivityMonitorFlags);
  integers(out, "ActivityMonitor", kActivityMonitorIntegers);
  texts(out, "ActivityMonitor", kActivityMonitorTexts);
  flags(out, "LaunchServices", kLaunchServicesFlags);
  flags(out, "SoftwareUpdate", kSoftwareUpdateFlags);
  flags(out, "WindowManager", kWindowManagerFlags);
  flags(out, "controlcenter", kControlcenterFlags);
  texts(out, "hitoolbox", kHitoolboxTexts);
  flags(out, "iCal", kICalFlags);
  texts(out, "iCal", kICalTexts);
  flags(out, "loginwindow", kLoginwindowFlags);
  texts(out, "loginwindow", kLoginwindowTexts);
  flags(out, "menuExtraClock", kMenuExtraClockFlags);
  integers(out, "menuExtraClock", kMenuExtraClockIntegers);
  flags(out, "screencapture", kScreencaptureFlags);
  texts(out, "screencapture", kScreencaptureTexts);
  flags(out, "screensaver", kScreensaverFlags);
  integers(out, "screensaver", kScreensaverIntegers);
  texts(out, "smb", kSmbTexts);
  flags(out, "spaces", kSpacesFlags);
  flags(out, "universalaccess", kUniversalaccessFlags);
  numbers(out, "universalaccess", kUniversalaccessNumbers);
}

}  // namespace darwin
