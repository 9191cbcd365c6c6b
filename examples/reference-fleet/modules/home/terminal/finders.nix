# Finding and listing.
{
  flake.modules.homeManager.terminal =
    {
      config,
      lib,
      pkgs,
      ...
    }:
    let
      fd = "${lib.getExe pkgs.fd} --hidden --exclude .git";
    in
    {
      programs.fzf = {
        enable = true;
        defaultCommand = "${fd} --type f";
        defaultOptions = [
          "--height=40%"
          "--layout=reverse"
          "--border"
        ];
        fileWidget.command = config.programs.fzf.defaultCommand;
        changeDirWidget.command = "${fd} --type d";
        # Ctrl-R belongs to the history manager, where there is one.
        historyWidget.command = lib.mkIf config.programs.atuin.enable "";
        colors = {
          "bg+" = "-1";
          prompt = "green";
        };
        tmux.enableShellIntegration = config.programs.tmux.enable;
      };

      programs.eza = {
        enable = true;
        git = true;
        icons = "auto";
        extraOptions = [ "--group-directories-first" ];
      };

      programs.ripgrep = {
        enable = true;
        arguments = [
          "--smart-case"
          "--max-columns=200"
          "--glob=!*.lock"
        ];
      };

      programs.fd.ignores = [
        ".git/"
        "node_modules/"
        "result"
      ];
    };
}
