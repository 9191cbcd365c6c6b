# Numbers: every server exports them, electrum collects and shows them.
{ config, lib, ... }:
let
  inherit (config) fleet;

  # The collector asks every server that is switched on.
  targets = lib.filterAttrs (_: host: host.lifecycle == "enabled") fleet.hosts;
in
{
  flake.modules.nixos.base =
    { config, lib, ... }:
    {
      services.prometheus.exporters.node = {
        enable = lib.mkDefault true;
        port = fleet.ports.nodeExporter;
        listenAddress = "[::]";
        openFirewall = false;
        enabledCollectors = [
          "processes"
          "systemd"
        ]
        ++ lib.optional config.fleet.zfs.enable "zfs";
        disabledCollectors = [ "infiniband" ];
      };
    };

  flake.modules.nixos.metrics-server =
    {
      config,
      lib,
      pkgs,
      ...
    }:
    let
      rule =
        {
          alert,
          expr,
          wait ? "10m",
          severity ? "warning",
        }:
        {
          inherit alert expr;
          for = wait;
          labels = { inherit severity; };
        };

      rules = {
        groups = [
          {
            name = "fleet";
            rules = map rule [
              {
                alert = "HostSilent";
                expr = "up{job=\"node\"} == 0";
                severity = "critical";
              }
              {
                alert = "DiskNearlyFull";
                expr = "node_filesystem_avail_bytes{mountpoint=\"/\"} / node_filesystem_size_bytes < 0.1";
                wait = "1h";
              }
              {
                alert = "UnitFailed";
                expr = "node_systemd_unit_state{state=\"failed\"} == 1";
              }
            ];
          }
        ];
      };
    in
    {
      services.prometheus = {
        enable = true;
        port = fleet.ports.prometheus;
        listenAddress = "127.0.0.1";
        retentionTime = "90d";
        globalConfig.scrape_interval = "30s";

        scrapeConfigs = [
          {
            job_name = "node";
            static_configs = lib.mapAttrsToList (name: host: {
              targets = [ "${lib.head host.names}:${toString fleet.ports.nodeExporter}" ];
              labels = {
                instance = name;
                inherit (host) owner;
              };
            }) targets;
          }
        ];

        rules = [ (builtins.toJSON rules) ];

        alertmanagers = [ { static_configs = [ { targets = [ "127.0.0.1:9093" ]; } ]; } ];
      };

      services.grafana = {
        enable = true;
        settings = {
          server = {
            http_addr = "127.0.0.1";
            http_port = fleet.ports.grafana;
            domain = config.fleet.sites.metrics.hostName;
          };
          analytics.reporting_enabled = false;
          security.admin_password = "$__file{${config.clan.core.vars.generators.grafana.files.admin.path}}";
        };
        provision = {
          enable = true;
          datasources.settings.datasources = [
            {
              name = "Prometheus";
              type = "prometheus";
              url = "http://127.0.0.1:${toString config.services.prometheus.port}";
              isDefault = true;
            }
          ];
          dashboards.settings.providers = [
            {
              name = "fleet";
              options.path = pkgs.writeTextDir "fleet.json" (builtins.readFile ../../data/dashboard.json);
            }
          ];
        };
      };

      fleet.sites.metrics = {
        upstream = config.services.grafana.settings.server.http_port;
        websockets = true;
      };

      clan.core.vars.generators.grafana = {
        files.admin.owner = "grafana";
        runtimeInputs = [ pkgs.pwgen ];
        script = "pwgen -s 32 1 | tr -d '\\n' > $out/admin";
      };
    };
}
