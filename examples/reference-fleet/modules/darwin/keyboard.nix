# Keys and power: what makes a laptop pleasant.
{
  flake.modules.darwin.base =
    { config, lib, ... }:
    {
      system.keyboard = {
        enableKeyMapping = true;
        remapCapsLockToControl = true;
        nonUS.remapTilde = false;
        # Right option becomes a compose-like key; numbers are HID usages.
        userKeyMapping = lib.mkIf (!config.system.keyboard.swapLeftCtrlAndFn) [
          {
            HIDKeyboardModifierMappingSrc = 30064771302;
            HIDKeyboardModifierMappingDst = 30064771181;
          }
        ];
      };

      power.sleep = {
        display = 10;
        computer = lib.mkDefault 20;
        harddisk = "never";
      };
      power.restartAfterFreeze = true;

      system.startup.chime = false;
    };
}
