# The editor, and the language servers it finds.
{
  flake.modules.homeManager.development =
    {
      config,
      lib,
      pkgs,
      ...
    }:
    let
      servers = {
        bash = pkgs.bash-language-server;
        nix = pkgs.nixd;
        python = pkgs.basedpyright;
        toml = pkgs.taplo;
        typst = pkgs.tinymist;
        yaml = pkgs.yaml-language-server;
      };

      formatter = language: package: arguments: {
        name = language;
        auto-format = true;
        formatter = {
          command = lib.getExe package;
          args = arguments;
        };
      };
    in
    {
      programs.helix = {
        enable = true;
        defaultEditor = true;
        extraPackages = lib.attrValues servers;
        ignores = [
          ".direnv/"
          "target/"
        ];

        settings = {
          theme = lib.mkDefault "catppuccin_mocha";
          editor = {
            auto-save.focus-lost = true;
            bufferline = lib.mkDefault "multiple";
            color-modes = true;
            cursor-shape.insert = "bar";
            cursorline = true;
            end-of-line-diagnostics = "hint";
            inline-diagnostics.cursor-line = "warning";
            indent-guides.render = true;
            line-number = "relative";
            lsp.display-inlay-hints = true;
            rulers = [ 100 ];
            soft-wrap.enable = true;
            true-color = true;
            statusline = {
              left = [
                "mode"
                "file-name"
                "file-modification-indicator"
              ];
              right = [
                "diagnostics"
                "position"
                "file-encoding"
              ];
            };
          };
          keys.normal = {
            space.w = ":write";
            space.q = ":quit";
            "C-s" = ":write";
            esc = [
              "collapse_selection"
              "keep_primary_selection"
            ];
          };
        };

        languages = {
          language = [
            (formatter "nix" pkgs.nixfmt [ ])
            (formatter "bash" pkgs.shfmt-ours [ "-" ])
            (formatter "python" pkgs.ruff [
              "format"
              "-"
            ])
            {
              name = "markdown";
              soft-wrap.enable = true;
              language-servers = [ ];
            }
          ];
          language-server.nixd.config.nixd = {
            nixpkgs.expr = "import <nixpkgs> { }";
            options.home.expr =
              "(builtins.getFlake \"${config.programs.nh.flake}\").homeConfigurations.\"${config.home.username}@${pkgs.stdenv.hostPlatform.system}\".options";
          };
        };
      };
    };
}
