# Clan service `heartbeat`: role `sender` reports at an interval, role
# `receiver` runs the server that gets the reports.
{ lib, ... }:
{
  _class = "clan.service";

  manifest = {
    name = "quarry/heartbeat";
    description = "Tells when a machine falls silent";
    categories = [ "System" ];
    readme = builtins.readFile ./README.md;
  };

  roles.receiver = {
    description = "Runs the notification server";

    interface.options.port = lib.mkOption {
      type = lib.types.port;
      default = 8080;
    };

    perInstance =
      { meta, settings, ... }:
      {
        nixosModule = {
          services.ntfy-sh = {
            enable = true;
            settings = {
              base-url = "http://notify.${meta.domain}:${toString settings.port}";
              listen-http = ":${toString settings.port}";
              behind-proxy = false;
            };
          };

          networking.firewall.interfaces."zt*".allowedTCPPorts = [ settings.port ];
        };
      };
  };

  roles.sender = {
    description = "Reports at an interval";

    interface.options = {
      interval = lib.mkOption {
        type = lib.types.str;
        default = "15min";
        description = "Time between two reports, as systemd writes it.";
      };

      quiet = lib.mkOption {
        type = lib.types.bool;
        default = false;
        description = "Report, but raise no alarm.";
      };
    };

    perInstance =
      {
        instanceName,
        machine,
        meta,
        roles,
        settings,
        ...
      }:
      let
        receivers = lib.attrNames (roles.receiver.machines or { });
        urlOf =
          name:
          "http://${name}.${meta.domain}:${toString roles.receiver.machines.${name}.settings.port}/${instanceName}";
      in
      {
        nixosModule =
          { lib, pkgs, ... }:
          {
            systemd.services."heartbeat-${instanceName}" = {
              description = "Report to ${lib.concatStringsSep ", " receivers}";
              after = [ "network-online.target" ];
              wants = [ "network-online.target" ];
              path = [ pkgs.curl ];
              environment.PRIORITY = if settings.quiet then "min" else "default";
              script = lib.concatMapStringsSep "\n" (
                receiver:
                "curl --fail --silent --header \"Priority: $PRIORITY\" --data ${lib.escapeShellArg machine.name} ${lib.escapeShellArg (urlOf receiver)}"
              ) receivers;
              serviceConfig = {
                Type = "oneshot";
                DynamicUser = true;
              };
            };

            systemd.timers."heartbeat-${instanceName}" = {
              wantedBy = [ "timers.target" ];
              timerConfig = {
                OnBootSec = settings.interval;
                OnUnitActiveSec = settings.interval;
                RandomizedDelaySec = "30s";
              };
            };
          };
      };
  };
}
