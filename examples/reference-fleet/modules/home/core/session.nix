# Variables, directories and the few programs that everything else expects.
{
  flake.modules.homeManager.core =
    {
      config,
      lib,
      pkgs,
      ...
    }:
    {
      xdg = {
        enable = true;
        userDirs = lib.mkIf pkgs.stdenv.hostPlatform.isLinux {
          enable = true;
          createDirectories = false;
          setSessionVariables = false;
          documents = "${config.home.homeDirectory}/documents";
          download = "${config.home.homeDirectory}/inbox";
        };
      };

      home.sessionVariables = {
        EDITOR = lib.mkDefault "hx";
        PAGER = "less";
        LESS = "--RAW-CONTROL-CHARS --quit-if-one-screen --mouse";
        CARGO_HOME = "${config.xdg.dataHome}/cargo";
        GOPATH = "${config.xdg.dataHome}/go";
        PYTHONHISTFILE = "${config.xdg.stateHome}/python/history";
        SOPS_AGE_KEY_FILE = config.sops.age.keyFile;
      }
      // lib.optionalAttrs pkgs.stdenv.hostPlatform.isDarwin {
        HOMEBREW_NO_ENV_HINTS = "1";
      };

      home.preferXdgDirectories = true;

      home.packages =
        with pkgs;
        [
          curl
          fd
          file
          gnumake
          jq
          ripgrep
          tree
          unzip
          yq-go
        ]
        ++ lib.optionals stdenv.hostPlatform.isLinux [
          psmisc
          strace
        ]
        ++ lib.optionals stdenv.hostPlatform.isDarwin [ pngpaste ];

      home.shell.enableShellIntegration = true;
    };
}
