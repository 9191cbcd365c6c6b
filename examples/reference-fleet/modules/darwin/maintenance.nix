# Jobs in the background: a store that is verified, logs that do not grow.
{ config, ... }:
let
  inherit (config) fleet;
in
{
  flake.modules.darwin.base =
    {
      config,
      lib,
      pkgs,
      ...
    }:
    let
      verify = pkgs.writeShellScript "verify-store" ''
        set -eu
        exec ${lib.getExe' config.nix.package "nix"} store verify --all --no-trust
      '';
    in
    {
      launchd.daemons.verify-store = {
        command = "${verify}";
        serviceConfig = {
          ProcessType = "Background";
          LowPriorityIO = true;
          RunAtLoad = false;
          StartCalendarInterval = [
            {
              Day = 1;
              Hour = 4;
              Minute = 0;
            }
          ];
          StandardOutPath = "/var/log/verify-store.log";
          StandardErrorPath = "/var/log/verify-store.log";
        };
      };

      launchd.user.agents.overlay-watch = lib.mkIf (fleet.hosts ? ${config.networking.hostName}) {
        path = [
          pkgs.curl
          "/usr/bin"
        ];
        script = ''
          if ! ping6 -c 1 ${fleet.hosts.cinnabar.overlay6} >/dev/null 2>&1; then
            osascript -e 'display notification "The overlay is unreachable" with title "Network"'
          fi
        '';
        serviceConfig = {
          StartInterval = 1800;
          ProcessType = "Background";
        };
      };

      environment.etc."newsyslog.d/fleet.conf".text = ''
        # logfile                    mode count size when  flags
        /var/log/verify-store.log    644  3     1024 *     J
      '';
    };
}
