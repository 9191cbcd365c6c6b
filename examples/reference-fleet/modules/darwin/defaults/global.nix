# Settings that hold in all applications. Option names contain dots.
{
  flake.modules.darwin.base.system.defaults.NSGlobalDomain = {
    AppleICUForce24HourTime = true;
    AppleInterfaceStyle = null;
    AppleInterfaceStyleSwitchesAutomatically = true;
    AppleKeyboardUIMode = 3;
    AppleMeasurementUnits = "Centimeters";
    AppleMetricUnits = 1;
    ApplePressAndHoldEnabled = false;
    AppleScrollerPagingBehavior = true;
    AppleShowAllExtensions = true;
    AppleShowScrollBars = "WhenScrolling";
    AppleTemperatureUnit = "Celsius";
    AppleWindowTabbingMode = "always";
    InitialKeyRepeat = 15;
    KeyRepeat = 2;
    NSAutomaticCapitalizationEnabled = false;
    NSAutomaticDashSubstitutionEnabled = false;
    NSAutomaticInlinePredictionEnabled = false;
    NSAutomaticPeriodSubstitutionEnabled = false;
    NSAutomaticQuoteSubstitutionEnabled = false;
    NSAutomaticSpellingCorrectionEnabled = false;
    NSAutomaticWindowAnimationsEnabled = false;
    NSDisableAutomaticTermination = true;
    NSDocumentSaveNewDocumentsToCloud = false;
    NSNavPanelExpandedStateForSaveMode = true;
    NSNavPanelExpandedStateForSaveMode2 = true;
    NSTableViewDefaultSizeMode = 2;
    NSWindowResizeTime = 0.05;
    NSWindowShouldDragOnGesture = true;
    PMPrintingExpandedStateForPrint = true;
    PMPrintingExpandedStateForPrint2 = true;
    _HIHideMenuBar = false;
    "com.apple.keyboard.fnState" = false;
    "com.apple.mouse.tapBehavior" = 1;
    "com.apple.sound.beep.feedback" = 0;
    "com.apple.sound.beep.volume" = 0.4;
    "com.apple.springing.delay" = 0.3;
    "com.apple.springing.enabled" = true;
    "com.apple.swipescrolldirection" = true;
    "com.apple.trackpad.enableSecondaryClick" = true;
    "com.apple.trackpad.forceClick" = false;
    "com.apple.trackpad.scaling" = 1.5;
    "com.apple.trackpad.trackpadCornerClickBehavior" = null;
  };
}
