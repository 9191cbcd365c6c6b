# Commands that know the fleet.
{ config, lib, ... }:
let
  inherit (config.fleet) hosts network;

  servers = lib.filterAttrs (_: host: lib.hasSuffix "-linux" host.system) hosts;
  table = lib.mapAttrs (_: host: {
    inherit (host) lifecycle overlay6 owner;
    name = lib.head host.names;
  }) hosts;
in
{
  flake.modules.homeManager.tools =
    { config, pkgs, ... }:
    {
      xdg.dataFile."fleet/hosts.json".text = builtins.toJSON table;

      commands.fleet-ping = {
        description = "Which hosts answer";
        inputs = with pkgs; [
          jq
          fleet-status
        ];
        text = ''
          fleet-status --table ${config.xdg.dataHome}/fleet/hosts.json "$@"
        '';
      };

      commands.fleet-update = {
        description = "Deploy to hosts, all servers by default";
        aliases = [ "fu" ];
        text = ''
          if [ $# -eq 0 ]; then
            set -- ${lib.escapeShellArgs (lib.attrNames servers)}
          fi
          cd ${lib.escapeShellArg config.programs.nh.flake}
          exec clan machines update "$@"
        '';
      };

      commands.overlay-member = {
        description = "Member id of an overlay address";
        text = ''
          # The last five octets of an address below ${network.domain} are the member.
          awk -F: '{ for (i = NF - 2; i <= NF; i++) printf "%4s", $i; print "" }' <<<"''${1:?address}" | tr ' ' 0 | tail -c 11
        '';
      };
    };
}
