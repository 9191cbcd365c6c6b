# Aliases of all shells, out of small tables.
{ lib, ... }:
let
  git = {
    a = "add";
    c = "commit";
    d = "diff";
    f = "fetch --prune";
    l = "log --oneline --graph -20";
    p = "push";
    s = "status --short --branch";
  };

  prefixed = prefix: command: lib.mapAttrs' (key: value: lib.nameValuePair "${prefix}${key}" "${command} ${value}");
in
{
  flake.modules.homeManager.shell =
    { config, pkgs, ... }:
    {
      home.shellAliases =
        prefixed "g" "git" git
        // {
          ".." = "cd ..";
          "..." = "cd ../..";
          j = "just";
          k = "kubectl";
          path = "echo $PATH | tr ':' '\\n'";
        }
        // lib.optionalAttrs config.programs.eza.enable {
          ll = "eza --long --git --group-directories-first";
        }
        // (
          if pkgs.stdenv.hostPlatform.isDarwin then
            {
              o = "open";
              copy = "pbcopy";
            }
          else
            {
              o = "xdg-open";
              open = "xdg-open";
            }
        );
    };
}
