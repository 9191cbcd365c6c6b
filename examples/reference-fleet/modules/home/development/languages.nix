# Tool chains that are useful outside a project's own shell.
{
  flake.modules.homeManager.development =
    {
      config,
      lib,
      pkgs,
      ...
    }:
    {
      home.packages =
        with pkgs;
        [
          cargo-nextest
          hyperfine
          just
          ruff
          rustup
          shellcheck
          shfmt-ours
          sqlite
          tokei
          watchexec
        ]
        ++ lib.optionals (!stdenv.hostPlatform.isDarwin) [ gdb ];

      programs.uv = {
        enable = true;
        settings = {
          python-preference = "only-system";
          cache-dir = "${config.xdg.cacheHome}/uv";
          pip.index-url = "https://pypi.org/simple";
        };
      };

      programs.go = {
        enable = true;
        telemetry.mode = "off";
      };

      home.file.".npmrc".text = lib.concatLines (
        lib.mapAttrsToList (key: value: "${key}=${value}") {
          prefix = "${config.xdg.dataHome}/npm";
          cache = "${config.xdg.cacheHome}/npm";
          fund = "false";
          update-notifier = "false";
        }
      );

      home.file.".cargo/config.toml".source = (pkgs.formats.toml { }).generate "cargo-config" {
        build.target-dir = "${config.xdg.cacheHome}/cargo-target";
        net.git-fetch-with-cli = true;
        profile.dev.debug = "line-tables-only";
      };

      editorconfig = {
        enable = true;
        settings = {
          "*" = {
            charset = "utf-8";
            end_of_line = "lf";
            insert_final_newline = true;
            trim_trailing_whitespace = true;
          };
          "*.nix" = {
            indent_style = "space";
            indent_size = 2;
          };
          "Makefile".indent_style = "tab";
        };
      };
    };
}
