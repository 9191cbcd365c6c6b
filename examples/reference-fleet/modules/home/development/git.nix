# git: identity from the registry, signatures where there is a key to sign with.
{
  flake.modules.homeManager.development =
    {
      config,
      lib,
      pkgs,
      ...
    }:
    let
      inherit (config) person;
      signs = person.signingKey != null;
    in
    {
      programs.git = {
        enable = true;
        lfs.enable = true;

        settings = {
          user = {
            name = person.fullName;
            inherit (person) email;
          };
          init.defaultBranch = "main";
          branch.sort = "-committerdate";
          tag.sort = "version:refname";
          column.ui = "auto";
          commit.verbose = true;
          core = {
            fsmonitor = pkgs.stdenv.hostPlatform.isDarwin;
            untrackedCache = true;
          };
          diff = {
            algorithm = "histogram";
            colorMoved = "plain";
            mnemonicPrefix = true;
          };
          fetch = {
            prune = true;
            all = true;
          };
          help.autocorrect = "prompt";
          merge.conflictStyle = "zdiff3";
          pull.rebase = true;
          push = {
            autoSetupRemote = true;
            followTags = true;
          };
          rebase = {
            autoSquash = true;
            autoStash = true;
            updateRefs = true;
          };
          rerere = {
            enabled = true;
            autoupdate = true;
          };
          alias = {
            amend = "commit --amend --no-edit";
            fixup = "commit --fixup";
            root = "rev-parse --show-toplevel";
            undo = "reset --soft HEAD~1";
          };
          url."git@git.quarry.example.org:".insteadOf = "quarry:";
        };

        ignores = [
          ".DS_Store"
          ".direnv/"
          ".envrc.local"
          "result"
          "result-*"
        ];

        attributes = [
          "*.lock -diff"
          "*.pdf diff=pdf"
        ];

        signing = lib.mkIf signs {
          format = "ssh";
          key = "key::${person.signingKey}";
          signByDefault = lib.mkDefault true;
        };
      };

      programs.delta = {
        enable = true;
        enableGitIntegration = true;
        options = {
          navigate = true;
          line-numbers = true;
          hyperlinks = true;
          syntax-theme = "ansi";
        };
      };

      xdg.configFile."git/allowed-signers" = lib.mkIf signs {
        text = "${person.email} ${person.signingKey}\n";
      };
    };
}
