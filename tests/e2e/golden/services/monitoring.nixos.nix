# What the plugin monitoring sets on oak.
{ config, lib, pkgs, ... }:
{
  _file = "plugin monitoring";
  config = lib.mkMerge [
    {
      services.alloy.enable = true;
      services.alloy.extraFlags = [ "--disable-reporting=true" "--server.http.enable-pprof=false" ];
      environment.etc."alloy/config.alloy".text = ''
        prometheus.exporter.unix "system" {
          set_collectors = ["cpu", "filesystem", "meminfo", "systemd"]
        }

        prometheus.scrape "system" {
          targets = prometheus.exporter.unix.system.targets
          scrape_interval = "10s"
          forward_to = [prometheus.relabel.units.receiver, prometheus.remote_write.mimir.receiver]
        }

        // The states of the units that are watched, once more under a name of their own.
        prometheus.relabel "units" {
          forward_to = [prometheus.remote_write.mimir.receiver]
          rule {
            action = "keep"
            source_labels = ["__name__"]
            regex = "node_systemd_unit_state"
          }
          rule {
            action = "keep"
            source_labels = ["name"]
            regex = `^(${toString (lib.concatMapStringsSep "|" (name: lib.replaceStrings [ "." "\\" ] [ "\\." "\\\\" ] name + "\\.service") (lib.attrNames (lib.filterAttrs (_: unit: unit.wantedBy != [ ]) config.systemd.services)))})$`
          }
          rule {
            target_label = "__name__"
            replacement = "nixos_systemd_unit_state"
          }
        }

        prometheus.remote_write "mimir" {
          endpoint {
            url = "http://oak.yard.example.org/mimir/api/v1/push"
            basic_auth {
              username = "alloy"
              password_file = "/run/credentials/alloy.service/mimir-password"
            }
          }
        }

        loki.relabel "journal" {
          forward_to = []
          rule {
            action = "keep"
            source_labels = ["__journal__systemd_unit"]
            regex = `^(${toString (lib.concatMapStringsSep "|" (name: lib.replaceStrings [ "." "\\" ] [ "\\." "\\\\" ] name + "\\.service") (lib.attrNames (lib.filterAttrs (_: unit: unit.wantedBy != [ ]) config.systemd.services)))})$`
          }
          rule {
            source_labels = ["__journal__hostname"]
            target_label = "instance"
          }
          rule {
            source_labels = ["__journal__systemd_unit"]
            target_label = "service_name"
          }
          rule {
            source_labels = ["__journal_priority_keyword"]
            target_label = "level"
          }
          rule { action = "labeldrop" regex = "level" }
        }

        loki.source.journal "journal" {
          relabel_rules = loki.relabel.journal.rules
          forward_to = [loki.write.loki.receiver]
        }

        loki.write "loki" {
          endpoint {
            url = "http://oak.yard.example.org/loki/api/v1/push"
            basic_auth {
              username = "alloy"
              password_file = "/run/credentials/alloy.service/loki-password"
            }
          }
        }
      '';
      systemd.services.alloy.serviceConfig.LoadCredential = [
        "mimir-password:${toString config.clan.core.vars.generators.mimir-auth.files.password.path}"
        "loki-password:${toString config.clan.core.vars.generators.loki-auth.files.password.path}"
      ];
      clan.core.vars.generators.mimir-auth = {
        builtin = {
          file = "password";
          generator = "password";
          hash = "htpasswd";
          method = "bcrypt";
          user = "alloy";
          words = 8;
        };
        files = {
          htpasswd.owner = "nginx";
          password = { };
          username.secret = false;
        };
        share = true;
      };
      clan.core.vars.generators.loki-auth = {
        builtin = {
          file = "password";
          generator = "password";
          hash = "htpasswd";
          method = "bcrypt";
          user = "alloy";
          words = 8;
        };
        files = {
          htpasswd.owner = "nginx";
          password = { };
          username.secret = false;
        };
        share = true;
      };
      services.mimir.enable = true;
      services.mimir.configuration = {
        alertmanager = {
          external_url = "http://127.0.0.1:3001/alertmanager";
          sharding_ring.replication_factor = 1;
        };
        alertmanager_storage = {
          backend = "filesystem";
          filesystem.dir = "/var/lib/mimir/alertmanager";
        };
        blocks_storage = {
          backend = "filesystem";
          bucket_store.sync_dir = "/var/lib/mimir/tsdb-sync";
          filesystem.dir = "/var/lib/mimir/blocks";
          tsdb.dir = "/var/lib/mimir/tsdb";
        };
        ingester.ring = {
          instance_addr = "127.0.0.1";
          kvstore.store = "inmemory";
          replication_factor = 1;
        };
        multitenancy_enabled = false;
        ruler_storage = {
          backend = "filesystem";
          filesystem.dir = "/var/lib/mimir/rules";
        };
        server = {
          grpc_listen_address = "127.0.0.1";
          grpc_listen_port = 9096;
          http_listen_address = "127.0.0.1";
          http_listen_port = 3001;
        };
        store_gateway.sharding_ring.replication_factor = 1;
        target = "all,alertmanager";
        usage_stats.enabled = false;
      };
      services.loki.enable = true;
      services.loki.configuration = {
        analytics.reporting_enabled = false;
        auth_enabled = false;
        common = {
          path_prefix = "/var/lib/loki";
          replication_factor = 1;
          ring = {
            instance_addr = "127.0.0.1";
            kvstore.store = "inmemory";
          };
          storage.filesystem = {
            chunks_directory = "/var/lib/loki/chunks";
            rules_directory = "/var/lib/loki/rules";
          };
        };
        compactor = {
          delete_request_store = "filesystem";
          retention_enabled = true;
          working_directory = "/var/lib/loki/compactor";
        };
        limits_config.retention_period = "744h";
        schema_config.configs = [
          {
            from = "2024-01-01";
            index = {
              period = "24h";
              prefix = "index_";
            };
            object_store = "filesystem";
            schema = "v13";
            store = "tsdb";
          }
        ];
        server = {
          grpc_listen_address = "127.0.0.1";
          grpc_listen_port = 9097;
          http_listen_address = "127.0.0.1";
          http_listen_port = 3002;
        };
      };
      clan.core.state.monitoring.folders = [ "/var/lib/mimir" "/var/lib/loki" ];
      services.nginx.enable = true;
      networking.firewall.allowedTCPPorts = [ 80 ];
    }
    {
      networking.firewall.allowedTCPPorts = (lib.optional (config.services.nginx.virtualHosts."oak.yard.example.org".addSSL || config.services.nginx.virtualHosts."oak.yard.example.org".forceSSL || config.services.nginx.virtualHosts."oak.yard.example.org".onlySSL) 443);
      services.nginx.virtualHosts."oak.yard.example.org".locations."/mimir/" = {
        basicAuthFile = config.clan.core.vars.generators.mimir-auth.files.htpasswd.path;
        proxyPass = "http://127.0.0.1:3001/";
      };
      services.nginx.virtualHosts."oak.yard.example.org".locations."/loki/" = {
        basicAuthFile = config.clan.core.vars.generators.loki-auth.files.htpasswd.path;
        proxyPass = "http://127.0.0.1:3002";
      };
      clan.core.vars.generators.grafana-admin = {
        builtin = {
          file = "password";
          form = "hex";
          generator = "random";
          length = 64;
        };
        files = {
          password.owner = "grafana";
          username.secret = false;
        };
        prompts.username = {
          description = "name of the administrator of Grafana";
          persist = true;
          type = "line";
        };
      };
      clan.core.vars.generators.grafana-secret = {
        builtin = {
          file = "key";
          form = "hex";
          generator = "random";
          length = 64;
        };
        files.key.owner = "grafana";
      };
      services.grafana.enable = true;
      services.grafana.settings.server = {
        domain = "oak.yard.example.org";
        http_addr = "127.0.0.1";
        http_port = 3003;
        root_url = "http${toString (lib.optionalString (config.services.nginx.virtualHosts."oak.yard.example.org".addSSL || config.services.nginx.virtualHosts."oak.yard.example.org".forceSSL || config.services.nginx.virtualHosts."oak.yard.example.org".onlySSL) "s")}://oak.yard.example.org/grafana/";
      };
      services.grafana.settings.security = {
        admin_password = "$__file{${toString config.clan.core.vars.generators.grafana-admin.files.password.path}}";
        admin_user = "$__file{${toString config.clan.core.vars.generators.grafana-admin.files.username.path}}";
        cookie_secure = (config.services.nginx.virtualHosts."oak.yard.example.org".addSSL || config.services.nginx.virtualHosts."oak.yard.example.org".forceSSL || config.services.nginx.virtualHosts."oak.yard.example.org".onlySSL);
        secret_key = "$__file{${toString config.clan.core.vars.generators.grafana-secret.files.key.path}}";
      };
      services.grafana.settings.analytics = {
        check_for_plugin_updates = false;
        check_for_updates = false;
        feedback_links_enabled = false;
        reporting_enabled = false;
      };
      services.grafana.settings.public_dashboards = {
        enabled = false;
      };
      services.grafana.settings.snapshots = {
        enabled = false;
        external_enabled = false;
      };
      services.grafana.provision.enable = true;
      services.grafana.provision.datasources.settings.datasources = [
        {
          isDefault = true;
          name = "Mimir";
          type = "prometheus";
          uid = "mimir";
          url = "http://127.0.0.1:3001/prometheus";
        }
        {
          name = "Loki";
          type = "loki";
          uid = "loki";
          url = "http://127.0.0.1:3002";
        }
      ];
      services.grafana.provision.dashboards.settings.providers = [
        {
          name = "fleet";
          options.path = (
(
  let
    mimir = { type = "prometheus"; uid = "mimir"; };
    loki = { type = "loki"; uid = "loki"; };
    panel = type: title: x: y: w: h: more: { inherit type title; gridPos = { inherit x y w h; }; } // more;
    measured = unit: expr: legend: {
      datasource = mimir;
      targets = [ { refId = "A"; datasource = mimir; inherit expr; legendFormat = legend; } ];
      fieldConfig = { defaults = { inherit unit; min = 0; }; overrides = [ ]; };
    };
  in
  pkgs.writeTextDir "fleet.json" (builtins.toJSON {
    uid = "fleet-machines";
    title = "Machines";
    schemaVersion = 39;
    refresh = "30s";
    time = { from = "now-3h"; to = "now"; };
    templating.list = [
      {
        name = "instance"; label = "Machine"; type = "query"; datasource = mimir;
        query = "label_values(node_memory_MemTotal_bytes, instance)";
        refresh = 2; multi = true; includeAll = true; allValue = ".+";
        current = { text = "All"; value = "$__all"; };
      }
    ];
    panels = [
      (panel "timeseries" "Processor" 0 0 12 8 (measured "percentunit"
        "1 - avg by (instance) (rate(node_cpu_seconds_total{mode=\"idle\", instance=~\"$instance\"}[5m]))" "{{instance}}"))
      (panel "timeseries" "Memory in use" 12 0 12 8 (measured "percentunit"
        "1 - node_memory_MemAvailable_bytes{instance=~\"$instance\"} / node_memory_MemTotal_bytes" "{{instance}}"))
      (panel "timeseries" "Disks, how full" 0 8 12 8 (measured "percentunit"
        "1 - node_filesystem_avail_bytes{instance=~\"$instance\", fstype!~\"tmpfs|ramfs|overlay\"} / node_filesystem_size_bytes" "{{instance}} {{mountpoint}}"))
      (panel "table" "Units that failed" 12 8 12 8 {
        datasource = mimir;
        targets = [ { refId = "A"; datasource = mimir; instant = true; format = "table";
          expr = "sum by (instance, name) (nixos_systemd_unit_state{state=\"failed\", instance=~\"$instance\"}) > 0"; } ];
      })
      (panel "logs" "Logs" 0 16 24 12 {
        datasource = loki;
        targets = [ { refId = "A"; datasource = loki; expr = "{instance=~\"$instance\"}"; } ];
      })
    ];
  })
)
);
        }
      ];
      services.nginx.virtualHosts."oak.yard.example.org".locations."/grafana/" = {
        proxyPass = "http://127.0.0.1:3003/";
        proxyWebsockets = true;
      };
    }
  ];
}
