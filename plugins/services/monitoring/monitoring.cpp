// monitoring: measurements and logs of machines go to one of them.
#include <fleet/cxx/plugin.hpp>
#include <fleet/cxx/service.hpp>

#include "plugins/services/monitoring/alloy.hpp"
#include "plugins/services/monitoring/settings.hpp"
#include "plugins/services/monitoring/stores.hpp"

namespace {

using monitoring::ClientSettings;
using monitoring::ServerSettings;

class Monitoring final : public fleet::Service<Monitoring> {
  static constexpr const char* kClasses[] = {"nixos", nullptr};
  static constexpr const char* kWrites[] = {"services.alloy",
                                            "services.mimir",
                                            "services.loki",
                                            "services.grafana",
                                            "services.nginx",
                                            "networking.firewall.allowedTCPPorts",
                                            "environment.etc.\"alloy/config.alloy\"",
                                            "systemd.services.alloy",
                                            "clan.core.state.monitoring",
                                            "clan.core.vars.generators",
                                            nullptr};

 public:
  static constexpr const char* exportName = "monitoring";
  static constexpr auto manifest = fleet::manifest({.id = "monitoring",
                                                    .name = "Monitoring",
                                                    .version = "1.0.0",
                                                    .description = "Measurements and logs of machines",
                                                    .platforms = kClasses,
                                                    .writes = kWrites});

  Monitoring() {
    role("client", "Machines that are watched.", &Monitoring::client).classes = {"nixos"};
    auto& server = role("server", "The machine that keeps what clients send.", &Monitoring::server);
    server.classes = {"nixos"};
    server.minMachines = server.maxMachines = 1;
    generates({{"mimir-auth", "what clients send measurements with; the same on all machines"},
               {"loki-auth", "what clients send logs with; the same on all machines"},
               {"grafana-admin", "name and password of Grafana's administrator"},
               {"grafana-secret", "what Grafana encrypts its own secrets with"}});
  }

 private:
  // Shared by all machines; only the server needs the file its nginx reads.
  static void password(const char* generator, bool isServer, fleet::Contribution& out) {
    fleet::Generator one(generator);
    one.open("username").secret("password").share();
    if (isServer)
      one.secret("htpasswd", {{"owner", "nginx"}});
    else
      one.hidden("htpasswd");
    one.builtin(
        "password",
        {{"file", "password"}, {"hash", "htpasswd"}, {"method", "bcrypt"}, {"user", monitoring::kUser}, {"words", 8}});
    one.addTo(out);
  }
  static void passwords(bool isServer, fleet::Contribution& out) {
    password("mimir-auth", isServer, out);
    password("loki-auth", isServer, out);
  }

  fleet::Result<void> client(const fleet::Member<ClientSettings>& member, fleet::Contribution& out) const {
    const auto& servers = member.machines("server");
    if (servers.size() != 1) return {};  // the limits of the role say so
    FLEET_TRY_ASSIGN(const auto server, fleet::read<ServerSettings>(servers.begin()->second));
    // A machine that is both gets the generators of the server.
    if (!servers.contains(member.host.name)) passwords(false, out);
    const std::string host = server.host.value_or(member.nameOf(servers.begin()->first));
    out.set("services.alloy.enable", true);
    out.set("services.alloy.extraFlags", fleet::List{"--disable-reporting=true", "--server.http.enable-pprof=false"});
    out.set(fleet::at("environment.etc", {"alloy/config.alloy", "text"}),
            monitoring::alloyConfig(member.settings, host));
    out.set("systemd.services.alloy.serviceConfig.LoadCredential",
            fleet::List{fleet::text("mimir-password:", fleet::secretPath("mimir-auth", "password")),
                        fleet::text("loki-password:", fleet::secretPath("loki-auth", "password"))});
    return {};
  }

  fleet::Result<void> server(const fleet::Member<ServerSettings>& member, fleet::Contribution& out) const {
    passwords(true, out);
    const std::string host = member.settings.host.value_or(member.fullName());
    monitoring::stores(out);
    monitoring::gate(host, out);
    if (member.settings.grafana.enable) monitoring::grafana(host, out);
    return {};
  }
};

}  // namespace

FLEET_PLUGIN(Monitoring);
