# Applications for people who work on their Mac; an aggregate hosts choose.
{
  flake.modules.darwin.work-apps =
    { config, lib, ... }:
    {
      fleet.homebrew = {
        casks = [
          "ghostty"
          "obsidian"
          "visual-studio-code"
          "zotero"
        ]
        ++ lib.optionals config.fleet.homebrew.zap [ "appcleaner" ];
        fonts = [
          "ibm-plex-mono"
          "ibm-plex-sans"
        ];
        apps = {
          Bitwarden = 1352778147;
          Xcode = 497799835;
        };
      };
    };

  flake.modules.darwin.family-apps.fleet.homebrew = {
    casks = [
      "libreoffice"
      "signal"
      "vlc"
      "zoom"
    ];
    apps.Bitwarden = 1352778147;
  };
}
