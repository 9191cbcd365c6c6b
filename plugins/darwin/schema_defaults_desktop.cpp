// system.defaults of the desktop: global domain, dock, Finder, pointing devices.
#include "plugins/darwin/schema_defaults.hpp"

namespace darwin {

constexpr const char* kNSGlobalDomainFlags[] = {"com.apple.keyboard.fnState",
                                                "com.apple.springing.enabled",
                                                "com.apple.swipescrolldirection",
                                                "com.apple.trackpad.enableSecondaryClick",
                                                "com.apple.trackpad.forceClick",
                                                "AppleEnableMouseSwipeNavigateWithScrolls",
                                                "AppleEnableSwipeNavigateWithScrolls",
                                                "AppleICUForce24HourTime",
                                                "AppleInterfaceStyleSwitchesAutomatically",
                                                "ApplePressAndHoldEnabled",
                                                "AppleScrollerPagingBehavior",
                                                "AppleShowAllExtensions",
                                                "AppleShowAllFiles",
                                                "AppleSpacesSwitchOnActivate",
                                                "NSAutomaticCapitalizationEnabled",
                                                "NSAutomaticDashSubstitutionEnabled",
                                                "NSAutomaticInlinePredictionEnabled",
                                                "NSAutomaticPeriodSubstitutionEnabled",
                                                "NSAutomaticQuoteSubstitutionEnabled",
                                                "NSAutomaticSpellingCorrectionEnabled",
                                                "NSAutomaticWindowAnimationsEnabled",
                                                "NSDisableAutomaticTermination",
                                                "NSDocumentSaveNewDocumentsToCloud",
                                                "NSNavPanelExpandedStateForSaveMode",
                                                "NSNavPanelExpandedStateForSaveMode2",
                                                "NSScrollAnimationEnabled",
                                                "NSTextShowsControlCharacters",
                                                "NSUseAnimatedFocusRing",
                                                "NSWindowShouldDragOnGesture",
                                                "PMPrintingExpandedStateForPrint",
                                                "PMPrintingExpandedStateForPrint2",
                                                "_HIHideMenuBar"};
constexpr const char* kNSGlobalDomainIntegers[] = {"com.apple.mouse.tapBehavior",
                                                   "com.apple.sound.beep.feedback",
                                                   "com.apple.trackpad.trackpadCornerClickBehavior",
                                                   "AppleFontSmoothing",
                                                   "AppleKeyboardUIMode",
                                                   "AppleMetricUnits",
                                                   "InitialKeyRepeat",
                                                   "KeyRepeat",
                                                   "NSStatusItemSelectionPadding",
                                                   "NSStatusItemSpacing",
                                                   "NSTableViewDefaultSizeMode"};
constexpr const char* kNSGlobalDomainNumbers[] = {"com.apple.sound.beep.volume", "com.apple.springing.delay",
                                                  "com.apple.trackpad.scaling", "NSWindowResizeTime"};
constexpr const char* kNSGlobalDomainTexts[] = {"AppleIconAppearanceTheme", "AppleInterfaceStyle",
                                                "AppleMeasurementUnits",    "AppleShowScrollBars",
                                                "AppleTemperatureUnit",     "AppleWindowTabbingMode"};
constexpr const char* kDockFlags[] = {"appswitcher-all-displays",
                                      "autohide",
                                      "dashboard-in-overlay",
                                      "enable-spring-load-actions-on-all-items",
                                      "expose-group-apps",
                                      "launchanim",
                                      "magnification",
                                      "minimize-to-application",
                                      "mouse-over-hilite-stack",
                                      "mru-spaces",
                                      "scroll-to-open",
                                      "show-process-indicators",
                                      "show-recents",
                                      "showAppExposeGestureEnabled",
                                      "showDesktopGestureEnabled",
                                      "showLaunchpadGestureEnabled",
                                      "showMissionControlGestureEnabled",
                                      "showhidden",
                                      "slow-motion-allowed",
                                      "static-only"};
constexpr const char* kDockIntegers[] = {"largesize",       "tilesize",        "wvous-bl-corner",
                                         "wvous-br-corner", "wvous-tl-corner", "wvous-tr-corner"};
constexpr const char* kDockNumbers[] = {"autohide-delay", "autohide-time-modifier", "expose-animation-duration"};
constexpr const char* kDockTexts[] = {"mineffect", "orientation"};
constexpr const char* kFinderFlags[] = {"AppleShowAllExtensions",
                                        "AppleShowAllFiles",
                                        "CreateDesktop",
                                        "FXEnableExtensionChangeWarning",
                                        "FXRemoveOldTrashItems",
                                        "QuitMenuItem",
                                        "ShowExternalHardDrivesOnDesktop",
                                        "ShowHardDrivesOnDesktop",
                                        "ShowMountedServersOnDesktop",
                                        "ShowPathbar",
                                        "ShowRemovableMediaOnDesktop",
                                        "ShowStatusBar",
                                        "_FXEnableColumnAutoSizing",
                                        "_FXShowPosixPathInTitle",
                                        "_FXSortFoldersFirst",
                                        "_FXSortFoldersFirstOnDesktop"};
constexpr const char* kFinderTexts[] = {"FXDefaultSearchScope", "FXPreferredViewStyle", "NewWindowTarget",
                                        "NewWindowTargetPath"};
constexpr const char* kTrackpadFlags[] = {"ActuateDetents",
                                          "Clicking",
                                          "DragLock",
                                          "Dragging",
                                          "ForceSuppressed",
                                          "TrackpadMomentumScroll",
                                          "TrackpadPinch",
                                          "TrackpadRightClick",
                                          "TrackpadRotate",
                                          "TrackpadThreeFingerDrag",
                                          "TrackpadTwoFingerDoubleTapGesture"};
constexpr const char* kTrackpadIntegers[] = {"ActuationStrength",
                                             "FirstClickThreshold",
                                             "SecondClickThreshold",
                                             "TrackpadCornerSecondaryClick",
                                             "TrackpadFourFingerHorizSwipeGesture",
                                             "TrackpadFourFingerPinchGesture",
                                             "TrackpadFourFingerVertSwipeGesture",
                                             "TrackpadThreeFingerHorizSwipeGesture",
                                             "TrackpadThreeFingerTapGesture",
                                             "TrackpadThreeFingerVertSwipeGesture",
                                             "TrackpadTwoFingerFromRightEdgeSwipeGesture"};
constexpr const char* kMagicmouseTexts[] = {"MouseButtonMode"};

void declareDesktopDefaults(platform::Declare& out) {
  flags(out, "NSGlobalDomain", kNSGlobalDomainFlags);
  integers(out, "NSGlobalDomain", kNSGlobalDomainIntegers);
  numbers(out, "NSGlobalDomain", kNSGlobalDomainNumbers);
  texts(out, "NSGlobalDomain", kNSGlobalDomainTexts);
  flags(out, "dock", kDockFlags);
  integers(out, "dock", kDockIntegers);
  numbers(out, "dock", kDockNumbers);
  texts(out, "dock", kDockTexts);
  flags(out, "finder", kFinderFlags);
  texts(out, "finder", kFinderTexts);
  flags(out, "trackpad", kTrackpadFlags);
  integers(out, "trackpad", kTrackpadIntegers);
  texts(out, "magicmouse", kMagicmouseTexts);
}

}  // namespace darwin
