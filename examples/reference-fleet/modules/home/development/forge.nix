# Clients of forges. The token is read when a command runs.
{
  flake.modules.homeManager.development =
    {
      config,
      lib,
      pkgs,
      ...
    }:
    let
      token = config.sops.secrets.forge-token.path;

      tea = pkgs.writeShellApplication {
        name = "tea";
        runtimeInputs = [ pkgs.tea ];
        text = ''
          GITEA_SERVER_TOKEN=$(cat ${lib.escapeShellArg token})
          export GITEA_SERVER_TOKEN
          exec tea "$@"
        '';
      };
    in
    {
      programs.gh = {
        enable = true;
        settings = {
          git_protocol = "ssh";
          prompt = "enabled";
          editor = config.home.sessionVariables.EDITOR;
          aliases = {
            co = "pr checkout";
            pv = "pr view --web";
          };
        };
        gitCredentialHelper.enable = false;
      };

      programs.lazygit = {
        enable = true;
        settings = {
          gui = {
            nerdFontsVersion = "3";
            showRandomTip = false;
          };
          git.overrideGpg = true;
          git.pagers = [ { pager = "delta --paging=never"; } ];
        };
      };

      home.packages = lib.mkIf (config.person.forge != null) [ tea ];
    };
}
