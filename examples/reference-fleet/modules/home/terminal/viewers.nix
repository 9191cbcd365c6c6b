# Looking at things: files, processes, directories, manuals.
{
  flake.modules.homeManager.terminal =
    { lib, pkgs, ... }:
    {
      programs.bat = {
        enable = true;
        config = {
          theme = "ansi";
          style = "numbers,changes,header";
          map-syntax = [
            "flake.lock:JSON"
            "*.conf:INI"
          ];
        };
        extraPackages = with pkgs.bat-extras; [
          batdiff
          batman
        ];
      };

      programs.btop = {
        enable = true;
        settings = {
          color_theme = "TTY";
          theme_background = false;
          update_ms = 1500;
          proc_sorting = "memory";
          proc_tree = true;
          show_battery = pkgs.stdenv.hostPlatform.isDarwin;
        };
      };

      programs.yazi = {
        enable = true;
        shellWrapperName = "y";
        settings = {
          mgr = {
            ratio = [
              1
              3
              4
            ];
            show_hidden = false;
            sort_by = "natural";
            sort_dir_first = true;
          };
          preview.max_width = 1200;
        };
      };

      programs.tealdeer = {
        enable = true;
        settings.updates.auto_update = true;
      };

      programs.less.enable = true;
      programs.man.generateCaches = lib.mkForce false;
    };
}
