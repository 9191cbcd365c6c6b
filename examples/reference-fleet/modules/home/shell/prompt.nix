# The prompt: where, which branch, how long, nothing else.
{ config, ... }:
let
  servers = builtins.attrNames (
    builtins.removeAttrs config.fleet.hosts [
      "stibnite"
      "blackphos"
      "rosegold"
      "argentum"
    ]
  );
in
{
  flake.modules.homeManager.shell =
    { lib, ... }:
    {
      programs.starship = {
        enable = true;
        settings = {
          add_newline = false;
          command_timeout = 800;
          scan_timeout = 20;
          format = lib.concatStrings [
            "$username"
            "$hostname"
            "$directory"
            "$git_branch"
            "$git_status"
            "$nix_shell"
            "$cmd_duration"
            "$line_break"
            "$character"
          ];
          character = {
            success_symbol = "[>](bold green)";
            error_symbol = "[>](bold red)";
          };
          directory = {
            truncation_length = 4;
            truncate_to_repo = true;
            style = "cyan";
          };
          git_branch.format = "[$branch]($style) ";
          git_status.disabled = false;
          hostname = {
            ssh_only = true;
            aliases = lib.genAttrs servers lib.toUpper;
          };
          nix_shell = {
            format = "[$name]($style) ";
            heuristic = false;
          };
          cmd_duration.min_time = 3000;
          rlang.disabled = lib.mkDefault true;
          aws.disabled = true;
          gcloud.disabled = true;
        };
      };
    };
}
