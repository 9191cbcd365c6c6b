# fish, for those who ask for it; same aliases, shorter to type.
{
  flake.modules.homeManager.shell =
    { config, lib, ... }:
    {
      programs.fish = {
        enable = true;
        preferAbbrs = true;
        interactiveShellInit = ''
          set -g fish_greeting
          set -g fish_key_bindings fish_default_key_bindings
        '';
        functions = {
          mkcd = "mkdir -p $argv[1]; and cd $argv[1]";
          nixwhere = {
            description = "Where a program of this shell lives in the store";
            body = "readlink -f (command -v $argv[1])";
          };
        };
        shellAbbrs = lib.mapAttrs (_: command: lib.removeSuffix " " command) config.home.shellAliases;
      };
    };
}
