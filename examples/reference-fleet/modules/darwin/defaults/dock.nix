# The dock. Which applications are in it depends on what homebrew installs.
{
  flake.modules.darwin.base =
    { config, lib, ... }:
    let
      hasCask = name: lib.elem name config.fleet.homebrew.casks;
      app = name: { app = "/Applications/${name}.app"; };
    in
    {
      system.defaults.dock = {
        autohide = lib.mkDefault true;
        autohide-delay = 0.0;
        autohide-time-modifier = 0.2;
        expose-animation-duration = 0.1;
        expose-group-apps = true;
        launchanim = false;
        mineffect = "scale";
        minimize-to-application = true;
        mouse-over-hilite-stack = true;
        mru-spaces = false;
        orientation = lib.mkDefault "left";
        show-process-indicators = true;
        show-recents = false;
        showhidden = true;
        static-only = false;
        tilesize = lib.mkDefault 44;
        magnification = false;
        wvous-bl-corner = 1;
        wvous-br-corner = 14;
        wvous-tl-corner = 1;
        wvous-tr-corner = 1;

        persistent-apps = lib.mkMerge [
          (lib.mkBefore [ { app = "/System/Applications/Mail.app"; } ])
          (lib.optional (hasCask "firefox") (app "Firefox"))
          (lib.optionals (hasCask "ghostty") [
            { spacer.small = true; }
            (app "Ghostty")
          ])
        ];

        persistent-others = [
          {
            folder = {
              path = "/Users/${config.system.primaryUser}/Downloads";
              arrangement = "date-added";
              showas = "fan";
            };
          }
        ];
      };
    };
}
