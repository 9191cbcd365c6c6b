# Terminal multiplexer, for sessions that outlive a connection.
{
  flake.modules.homeManager.terminal =
    { lib, pkgs, ... }:
    let
      copyCommand =
        if pkgs.stdenv.hostPlatform.isDarwin then "pbcopy" else lib.getExe' pkgs.wl-clipboard "wl-copy";
    in
    {
      programs.tmux = {
        enable = lib.mkDefault true;
        baseIndex = 1;
        clock24 = true;
        escapeTime = 10;
        focusEvents = true;
        historyLimit = 50000;
        keyMode = "vi";
        mouse = true;
        prefix = "C-a";
        terminal = "tmux-256color";
        plugins = with pkgs.tmuxPlugins; [
          resurrect
          {
            plugin = continuum;
            extraConfig = "set -g @continuum-restore 'on'";
          }
        ];
        extraConfig = ''
          set -g renumber-windows on
          set -g set-clipboard on
          bind -T copy-mode-vi y send -X copy-pipe-and-cancel "${copyCommand}"
          bind r source-file ~/.config/tmux/tmux.conf
        '';
      };
    };
}
