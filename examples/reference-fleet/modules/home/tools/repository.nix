# Commands for repositories.
{
  flake.modules.homeManager.tools =
    { pkgs, ... }:
    {
      commands.git-tidy = {
        description = "Delete local branches that are merged";
        inputs = [ pkgs.git ];
        aliases = [ "gtidy" ];
        text = ''
          main=$(git symbolic-ref --short refs/remotes/origin/HEAD | sed 's,^origin/,,')
          git fetch --prune --quiet

          git for-each-ref --format '%(refname:short)' --merged "origin/$main" refs/heads |
            while read -r branch; do
              [ "$branch" = "$main" ] || git branch --delete "$branch"
            done
        '';
      };

      commands.git-size = {
        description = "The largest files that a repository has ever had";
        inputs = with pkgs; [
          git
          gawk
          coreutils
        ];
        text = builtins.readFile ../../../data/git-size.sh;
      };

      commands.flake-age = {
        description = "How old the inputs of a flake are";
        inputs = [ pkgs.jq ];
        lint = false;
        text = ''
          lock=''${1:-flake.lock}
          now=$(date +%s)
          jq -r --argjson now "$now" '
            .nodes | to_entries[] | select(.value.locked.lastModified)
            | "\(($now - .value.locked.lastModified) / 86400 | floor)\t\(.key)"
          ' "$lock" | sort -rn
        '';
      };
    };
}
