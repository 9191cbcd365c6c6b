# The default profile.
{
  flake.modules.homeManager.ai =
    {
      config,
      lib,
      pkgs,
      ...
    }:
    {
      agents.settings = {
        includeCoAuthoredBy = false;
        cleanupPeriodDays = 90;
        theme = "auto";
        env = {
          BASH_DEFAULT_TIMEOUT_MS = "120000";
          DISABLE_AUTOUPDATER = "1";
        };
        permissions = {
          defaultMode = "acceptEdits";
          allow = [
            "Bash(git diff:*)"
            "Bash(git log:*)"
            "Bash(just:*)"
            "Bash(nix build:*)"
            "Bash(nix flake check:*)"
          ];
          deny = [
            "Read(./secrets/**)"
            "Read(~/.ssh/**)"
            "Read(**/keys.txt)"
          ];
        };
        statusLine = {
          type = "command";
          command = lib.getExe (
            pkgs.writeShellApplication {
              name = "agent-status-line";
              runtimeInputs = [ pkgs.jq ];
              text = ''
                jq -r '"\(.model.display_name)  \(.workspace.current_dir | split("/") | last)"'
              '';
            }
          );
        };
      };

      programs.claude-code = {
        enable = true;
        settings = config.agents.settings // {
          model = "opus";
        };
        context = builtins.readFile ../../../data/agents/context.md;
      };

      home.shellAliases.cc = "claude";
    };
}
