# History that is searched, directories that are remembered, environments that
# load by themselves.
{ config, ... }:
let
  inherit (config.fleet) network;
in
{
  flake.modules.homeManager.shell =
    { lib, osConfig, ... }:
    {
      programs.atuin = {
        enable = lib.mkDefault true;
        flags = [ "--disable-up-arrow" ];
        settings = {
          auto_sync = osConfig != null;
          sync_address = "https://history.${network.publicDomain}";
          sync_frequency = "15m";
          search_mode = "fuzzy";
          filter_mode_shell_up_key_binding = "session";
          style = "compact";
          inline_height = 20;
          show_preview = true;
          history_filter = [
            "^secret "
            "AGE-SECRET-KEY"
          ];
        };
      };

      programs.zoxide = {
        enable = true;
        options = [ "--cmd cd" ];
      };

      programs.direnv = {
        enable = true;
        silent = true;
        nix-direnv.enable = true;
        config.global = {
          warn_timeout = "30s";
          strict_env = true;
        };
        stdlib = ''
          layout_scratch() {
            export SCRATCH="$(mktemp -d)"
          }
        '';
      };
    };
}
