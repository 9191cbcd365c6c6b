# The shell everyone gets.
{
  flake.modules.homeManager.shell =
    {
      config,
      lib,
      pkgs,
      ...
    }:
    {
      programs.zsh = {
        enable = true;
        dotDir = "${config.xdg.configHome}/zsh";
        autocd = true;
        enableCompletion = true;
        defaultKeymap = "emacs";
        autosuggestion = {
          enable = true;
          strategy = [
            "history"
            "completion"
          ];
        };
        syntaxHighlighting = {
          enable = true;
          highlighters = [ "brackets" ];
          styles.comment = "fg=8";
        };
        history = {
          append = true;
          expireDuplicatesFirst = true;
          extended = true;
          ignoreAllDups = true;
          ignoreSpace = true;
          path = "${config.xdg.stateHome}/zsh/history";
          save = 100000;
          share = true;
          size = 120000;
        };
        setOptions = [
          "EXTENDED_GLOB"
          "NO_BEEP"
          "PUSHD_SILENT"
        ];

        initContent = lib.mkMerge [
          (lib.mkBefore ''
            # Stop early in dumb terminals: editors and file copies.
            [[ $TERM == dumb ]] && unsetopt zle && PS1='$ ' && return
          '')
          ''
            zstyle ':completion:*' menu select
            zstyle ':completion:*' matcher-list 'm:{a-z}={A-Z}'
            bindkey '^[[1;5C' forward-word
            bindkey '^[[1;5D' backward-word
          ''
          (lib.mkIf pkgs.stdenv.hostPlatform.isDarwin (
            lib.mkAfter ''
              [[ -x /opt/homebrew/bin/brew ]] && eval "$(/opt/homebrew/bin/brew shellenv)"
            ''
          ))
        ];
      };
    };
}
