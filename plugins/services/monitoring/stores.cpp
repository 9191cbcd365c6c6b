// Mimir and Loki listen on this machine only; nginx lets in who has the password.
#include "plugins/services/monitoring/stores.hpp"

#include <fleet/cxx/nix_text.hpp>
#include <fleet/cxx/vars.hpp>

#include "plugins/services/monitoring/dashboard.hpp"

namespace monitoring {

namespace {

constexpr std::int64_t kMimir = 3001, kMimirGrpc = 9096, kLoki = 3002, kLokiGrpc = 9097, kGrafana = 3003;
constexpr const char* kHere = "127.0.0.1";

fleet::Attrs listens(std::int64_t http, std::int64_t grpc) {
  return {{"grpc_listen_address", kHere},
          {"grpc_listen_port", grpc},
          {"http_listen_address", kHere},
          {"http_listen_port", http}};
}

std::string at(std::int64_t port) { return std::string("http://") + kHere + ":" + std::to_string(port); }

// One process holds everything, so its rings live in memory.
fleet::Attrs ring() {
  return {{"instance_addr", kHere}, {"kvstore", fleet::Attrs{{"store", "inmemory"}}}, {"replication_factor", 1}};
}

void mimir(fleet::Contribution& out) {
  const auto files = [](const char* directory) {
    return fleet::Attrs{{"backend", "filesystem"},
                        {"filesystem", fleet::Attrs{{"dir", std::string("/var/lib/mimir/") + directory}}}};
  };
  fleet::Attrs single = ring();
  out.set("services.mimir.enable", true);
  out.set("services.mimir.configuration",
          fleet::Attrs{
              {"alertmanager", fleet::Attrs{{"external_url", at(kMimir) + "/alertmanager"},
                                            {"sharding_ring", fleet::Attrs{{"replication_factor", 1}}}}},
              {"alertmanager_storage", files("alertmanager")},
              {"blocks_storage", fleet::Attrs{{"backend", "filesystem"},
                                              {"bucket_store", fleet::Attrs{{"sync_dir", "/var/lib/mimir/tsdb-sync"}}},
                                              {"filesystem", fleet::Attrs{{"dir", "/var/lib/mimir/blocks"}}},
                                              {"tsdb", fleet::Attrs{{"dir", "/var/lib/mimir/tsdb"}}}}},
              {"ingester", fleet::Attrs{{"ring", single}}},
              {"multitenancy_enabled", false},
              {"ruler_storage", files("rules")},
              {"server", listens(kMimir, kMimirGrpc)},
              {"store_gateway", fleet::Attrs{{"sharding_ring", fleet::Attrs{{"replication_factor", 1}}}}},
              {"target", "all,alertmanager"},
              {"usage_stats", fleet::Attrs{{"enabled", false}}}});
}

void loki(fleet::Contribution& out) {
  fleet::Attrs common{
      {"path_prefix", "/var/lib/loki"},
      {"replication_factor", 1},
      {"ring", fleet::Attrs{{"instance_addr", kHere}, {"kvstore", fleet::Attrs{{"store", "inmemory"}}}}},
      {"storage", fleet::Attrs{{"filesystem", fleet::Attrs{{"chunks_directory", "/var/lib/loki/chunks"},
                                                           {"rules_directory", "/var/lib/loki/rules"}}}}}};
  fleet::Attrs period{{"from", "2024-01-01"},
                      {"index", fleet::Attrs{{"period", "24h"}, {"prefix", "index_"}}},
                      {"object_store", "filesystem"},
                      {"schema", "v13"},
                      {"store", "tsdb"}};
  out.set("services.loki.enable", true);
  out.set("services.loki.configuration",
          fleet::Attrs{{"analytics", fleet::Attrs{{"reporting_enabled", false}}},
                       {"auth_enabled", false},
                       {"common", common},
                       {"compactor", fleet::Attrs{{"delete_request_store", "filesystem"},
                                                  {"retention_enabled", true},
                                                  {"working_directory", "/var/lib/loki/compactor"}}},
                       {"limits_config", fleet::Attrs{{"retention_period", "744h"}}},
                       {"schema_config", fleet::Attrs{{"configs", fleet::List{period}}}},
                       {"server", listens(kLoki, kLokiGrpc)}});
}

// Whether nginx serves the host with a certificate: its owner's business.
std::string encrypted(const std::string& host) {
  const std::string site = "config.services.nginx.virtualHosts." + fleet::nix::quoted(host);
  return site + ".addSSL || " + site + ".forceSSL || " + site + ".onlySSL";
}

}  // namespace

void stores(fleet::Contribution& out) {
  mimir(out);
  loki(out);
  out.set("clan.core.state.monitoring.folders", fleet::List{"/var/lib/mimir", "/var/lib/loki"});
}

void gate(const std::string& host, fleet::Contribution& out) {
  out.set("services.nginx.enable", true);
  out.set("networking.firewall.allowedTCPPorts", fleet::List{80});
  out.set("networking.firewall.allowedTCPPorts", fleet::expr("lib.optional (" + encrypted(host) + ") 443"));
  const auto location = [&](const char* path, std::int64_t port, const char* generator) {
    out.set(fleet::at("services.nginx.virtualHosts", {host, "locations", path}),
            fleet::Attrs{{"basicAuthFile", fleet::secretPath(generator, "htpasswd")}, {"proxyPass", at(port)}});
  };
  // Both stores keep the path: Mimir takes measurements below /mimir, Loki logs below /loki.
  out.set(
      fleet::at("services.nginx.virtualHosts", {host, "locations", "/mimir/"}),
      fleet::Attrs{{"basicAuthFile", fleet::secretPath("mimir-auth", "htpasswd")}, {"proxyPass", at(kMimir) + "/"}});
  location("/loki/", kLoki, "loki-auth");
}

void grafana(const std::string& host, fleet::Contribution& out) {
  fleet::Generator("grafana-admin")
      .open("username")
      .secret("password", {{"owner", "grafana"}})
      .prompt("username", "name of the administrator of Grafana", "line")
      .builtin("random", {{"file", "password"}, {"form", "hex"}, {"length", 64}})
      .addTo(out);
  fleet::Generator("grafana-secret")
      .secret("key", {{"owner", "grafana"}})
      .builtin("random", {{"file", "key"}, {"form", "hex"}, {"length", 64}})
      .addTo(out);
  const auto file = [](const char* generator, const char* name) {
    return fleet::text("$__file{", fleet::secretPath(generator, name), "}");
  };
  const auto settings = [&](const char* section, const fleet::Attrs& values) {
    out.set(fleet::at("services.grafana.settings", {section}), values);
  };
  out.set("services.grafana.enable", true);
  settings("server",
           {{"domain", host},
            {"http_addr", kHere},
            {"http_port", kGrafana},
            {"root_url", fleet::text("http", fleet::expr("lib.optionalString (" + encrypted(host) + ") \"s\""),
                                     "://" + host + "/grafana/")}});
  settings("security", {{"admin_password", file("grafana-admin", "password")},
                        {"admin_user", file("grafana-admin", "username")},
                        {"cookie_secure", fleet::expr(encrypted(host))},
                        {"secret_key", file("grafana-secret", "key")}});
  // Nothing is told to anybody, and nothing is shown without a login.
  settings("analytics", {{"check_for_plugin_updates", false},
                         {"check_for_updates", false},
                         {"feedback_links_enabled", false},
                         {"reporting_enabled", false}});
  settings("public_dashboards", {{"enabled", false}});
  settings("snapshots", {{"enabled", false}, {"external_enabled", false}});
  out.set("services.grafana.provision.enable", true);
  out.set("services.grafana.provision.datasources.settings.datasources",
          fleet::List{fleet::Attrs{{"isDefault", true},
                                   {"name", "Mimir"},
                                   {"type", "prometheus"},
                                   {"uid", "mimir"},
                                   {"url", at(kMimir) + "/prometheus"}},
                      fleet::Attrs{{"name", "Loki"}, {"type", "loki"}, {"uid", "loki"}, {"url", at(kLoki)}}});
  out.set("services.grafana.provision.dashboards.settings.providers",
          fleet::List{fleet::Attrs{{"name", "fleet"}, {"options", fleet::Attrs{{"path", dashboards()}}}}});
  out.set(fleet::at("services.nginx.virtualHosts", {host, "locations", "/grafana/"}),
          fleet::Attrs{{"proxyPass", at(kGrafana) + "/"}, {"proxyWebsockets", true}});
}

}  // namespace monitoring
