# The terminal emulator. On macOS the application comes from homebrew, only its
# settings from here.
{
  flake.modules.homeManager.terminal =
    { lib, pkgs, ... }:
    {
      programs.ghostty = lib.mkMerge [
        {
          enable = true;
          settings = {
            font-family = "JetBrains Mono";
            font-size = 14;
            theme = "light:Catppuccin Latte,dark:Catppuccin Mocha";
            window-padding-x = 6;
            window-padding-y = 4;
            scrollback-limit = 50000000;
            copy-on-select = "clipboard";
            shell-integration-features = "cursor,sudo,title,ssh-terminfo";
            keybind = [
              "ctrl+shift+t=new_tab"
              "ctrl+shift+enter=new_split:auto"
            ];
          };
        }
        (lib.mkIf pkgs.stdenv.hostPlatform.isDarwin {
          package = null;
          settings.macos-option-as-alt = "left";
          settings.macos-titlebar-style = "tabs";
        })
      ];
    };
}
