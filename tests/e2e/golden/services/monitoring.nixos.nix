# What the plugin monitoring sets on oak.
{ config, lib, ... }:
{
  _file = "plugin monitoring";
  config = {
    services.alloy.enable = true;
    environment.etc."alloy/config.alloy".text = ''
      prometheus.exporter.unix "system" {
        enable_collectors = ["systemd"]
        systemd {
          unit_include = `^(${toString (lib.concatMapStringsSep "|" (name: lib.replaceStrings [ "." "\\" ] [ "\\." "\\\\" ] name + "\\.service") (lib.attrNames (lib.filterAttrs (_: unit: unit.wantedBy != [ ]) config.systemd.services)))})$`
        }
      }

      prometheus.scrape "system" {
        targets = prometheus.exporter.unix.system.targets
        forward_to = [prometheus.remote_write.mimir.receiver]
      }

      prometheus.remote_write "mimir" {
        external_labels = { host = "oak" }
        endpoint {
          url = "http://oak.yard.example.org/mimir/api/v1/push"
          basic_auth {
            username = "mimir"
            password_file = "/run/credentials/alloy.service/mimir-password"
          }
        }
      }

      loki.relabel "journal" {
        forward_to = []
        rule {
          source_labels = ["__journal__systemd_unit"]
          target_label = "unit"
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
        labels = { host = "oak" }
      }

      loki.write "loki" {
        endpoint {
          url = "http://oak.yard.example.org/loki/api/v1/push"
          basic_auth {
            username = "loki"
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
        user = "mimir";
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
        user = "loki";
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
    };
    services.loki.enable = true;
    services.loki.configuration = {
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
    networking.firewall.allowedTCPPorts = [ 80 443 ];
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
        generator = "password";
        words = 6;
      };
      files.password.owner = "grafana";
      prompts.password = {
        description = "password of admin in Grafana; leave empty to generate one";
        persist = true;
        type = "hidden";
      };
    };
    clan.core.vars.generators.grafana-secret = {
      builtin = {
        file = "key";
        generator = "random";
        length = 48;
      };
      files.key.owner = "grafana";
    };
    services.grafana.enable = true;
    services.grafana.settings.server = {
      domain = "oak.yard.example.org";
      http_addr = "127.0.0.1";
      http_port = 3003;
    };
    services.grafana.settings.security = {
      admin_password = "$__file{${toString config.clan.core.vars.generators.grafana-admin.files.password.path}}";
      secret_key = "$__file{${toString config.clan.core.vars.generators.grafana-secret.files.key.path}}";
    };
    services.grafana.provision.enable = true;
    services.grafana.provision.datasources.settings.datasources = [
      {
        isDefault = true;
        name = "Mimir";
        type = "prometheus";
        url = "http://127.0.0.1:3001/prometheus";
      }
      {
        name = "Loki";
        type = "loki";
        url = "http://127.0.0.1:3002";
      }
    ];
    services.nginx.virtualHosts."oak.yard.example.org".locations."/" = {
      proxyPass = "http://127.0.0.1:3003";
      proxyWebsockets = true;
    };
  };
}
