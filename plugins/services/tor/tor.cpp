// tor: machines as onion services, reachable when nothing else works.
#include <fleet/cxx/plugin.hpp>
#include <fleet/cxx/service.hpp>

namespace {

constexpr std::int64_t kPriority = 10;  // the last way to be tried

// Where a port of the onion service leads: to a port, on this machine or at an address, or to a socket.
struct Target {
  std::optional<fleet::Port> port;
  std::optional<std::string> addr, unix;
  static constexpr auto schema() {
    return fleet::options(fleet::option("port", &Target::port, "Port on the machine."),
                          fleet::option("addr", &Target::addr, "Address the port is on; the machine's own by default."),
                          fleet::option("unix", &Target::unix, "A socket in place of a port."));
  }
};

struct FullMapping {
  fleet::Port port{22};
  Target target;
  static constexpr auto schema() {
    return fleet::options(fleet::option("port", &FullMapping::port, "Port of the onion service."),
                          fleet::option("target", &FullMapping::target, "Where it leads; the same port by default."));
  }
};

// A port alone leads to the same port.
struct Mapping {
  FullMapping full{fleet::Port{22}, Target{fleet::Port{22}, {}, {}}};
  bool alone = false;
};

}  // namespace

template <>
struct fleet::Codec<Mapping> {
  static Type type() { return type::either({Codec<Port>::type(), Codec<FullMapping>::type()}); }
  static Value value(const Mapping& v) {
    if (v.alone) return toValue(v.full.port);
    Attrs out{{"port", toValue(v.full.port)}}, target;
    if (v.full.target.port) target.set("port", toValue(*v.full.target.port));
    if (v.full.target.addr) target.set("addr", *v.full.target.addr);
    if (v.full.target.unix) target.set("unix", *v.full.target.unix);
    if (target.size() != 0) out.set("target", std::move(target));
    return out;
  }
  static Result<void> read(const Value& from, Mapping& to) {
    to.alone = from.get<std::int64_t>() != nullptr;
    if (!to.alone) return Codec<FullMapping>::read(from, to.full);
    to.full.target = {};
    return Codec<Port>::read(from, to.full.port);
  }
};

namespace {

struct ServerSettings {
  std::vector<Mapping> portMapping{Mapping{}};
  bool secretHostname = true;
  static constexpr auto schema() {
    return fleet::options(
        fleet::option("portMapping", &ServerSettings::portMapping, "Ports of the onion service."),
        fleet::option("secretHostname", &ServerSettings::secretHostname, "Whether the onion address is kept secret."));
  }
};

class Tor final : public fleet::Service<Tor> {
  static constexpr const char* kClasses[] = {"nixos", "darwin", "home", nullptr};
  static constexpr const char* kReads[] = {"xdg.configHome", "xdg.dataHome", nullptr};
  static constexpr const char* kWrites[] = {"services.tor",
                                            "launchd.daemons.tor",
                                            "environment.systemPackages",
                                            "environment.etc.\"tor/torrc\"",
                                            "home.packages",
                                            "launchd.agents.tor",
                                            "systemd.user.services.tor",
                                            "xdg.configFile.\"tor/torrc\"",
                                            "clan.core.vars.generators",
                                            nullptr};

 public:
  static constexpr const char* exportName = "clan-core/tor";
  static constexpr auto manifest = fleet::manifest({.id = "tor",
                                                    .name = "Tor",
                                                    .version = "1.0.0",
                                                    .description = "Machines as onion services",
                                                    .platforms = kClasses,
                                                    .reads = kReads,
                                                    .writes = kWrites});

  Tor() {
    role("client", "Machines that reach others over Tor at any time.", &Tor::client);
    role("server", "Machines that can be reached over Tor.", &Tor::server).classes = {"nixos"};
    exportsInterfaces({"networking", "peer"});
    generates({{"tor_<instance>", "key and address of the onion service"}});
  }

 private:
  static std::string generatorOf(const std::string& instance) { return "tor_" + instance; }

  fleet::Result<void> client(const fleet::Member<fleet::NoOptions>& member, fleet::Contribution& out) const {
    if (member.isNixos()) {
      out.set("services.tor.enable", true);
      out.set("services.tor.torsocks.enable", true);
      out.set("services.tor.client.enable", true);
      return {};
    }
    if (member.isHome()) {
      inHome(member, out);
      return {};
    }
    // nix-darwin has no module for it: the daemon with its own configuration.
    out.set("environment.systemPackages", fleet::List{fleet::pkg("tor"), fleet::pkg("torsocks")});
    out.set(fleet::at("environment.etc", {"tor/torrc", "text"}), "SocksPort 9050\nDataDirectory /var/lib/tor\n");
    const auto of = [](const char* option) { return fleet::at("launchd.daemons.tor.serviceConfig", {option}); };
    out.set(of("ProgramArguments"), fleet::List{fleet::text(fleet::pkg("tor"), "/bin/tor"), "-f", "/etc/tor/torrc"});
    out.set(of("RunAtLoad"), true);
    out.set(of("KeepAlive"), true);
    return {};
  }

  // home-manager has no module for it either: a daemon of the session.
  static void inHome(const fleet::Member<fleet::NoOptions>& member, fleet::Contribution& out) {
    out.set("home.packages", fleet::List{fleet::pkg("tor"), fleet::pkg("torsocks")});
    const fleet::Text program = fleet::text(fleet::pkg("tor"), "/bin/tor");
    const fleet::Text config = fleet::text(fleet::ref("xdg.configHome"), "/tor/torrc");
    out.set(fleet::at("xdg.configFile", {"tor/torrc", "text"}),
            fleet::text("SocksPort 9050\nDataDirectory ", fleet::ref("xdg.dataHome"), "/tor\n"));
    if (member.host.system.ends_with("-darwin")) {
      const auto of = [](const char* option) { return fleet::at("launchd.agents.tor", {"config", option}); };
      out.set("launchd.agents.tor.enable", true);
      out.set(of("ProgramArguments"), fleet::List{program, "-f", config});
      out.set(of("RunAtLoad"), true);
      out.set(of("KeepAlive"), true);
      return;
    }
    const auto of = [](const char* section, const char* name) {
      return fleet::at("systemd.user.services.tor", {section, name});
    };
    out.set(of("Unit", "Description"), "Tor client");
    out.set(of("Service", "ExecStart"), fleet::text(program, " -f ", config));
    out.set(of("Service", "Restart"), "on-failure");
    out.set(of("Install", "WantedBy"), fleet::List{"default.target"});
  }

  fleet::Result<void> server(const fleet::Member<ServerSettings>& member, fleet::Contribution& out) const {
    if (!member.isNixos()) return {};
    const std::string generator = generatorOf(member.instance), onion = "clan_" + member.instance;
    fleet::List map;
    for (const Mapping& mapping : member.settings.portMapping) {
      const auto& target = mapping.full.target;
      if (target.unix && (target.port || target.addr))
        return fleet::Error{FLEET_E_SCHEMA,
                            "TOR01",
                            "portMapping",
                            "a port leads to a socket or to a port, not to both",
                            "set `unix` alone, or `port` and `addr`",
                            0};
      map.push_back(fleet::toValue(mapping));
    }
    out.set("services.tor.enable", true);
    const auto of = [&](const char* option) { return fleet::at("services.tor.relay.onionServices", {onion, option}); };
    out.set(of("version"), 3);
    out.set(of("map"), map);
    out.set(of("secretKey"), fleet::secretPath(generator, "hs_ed25519_secret_key"));
    fleet::Generator service(generator);
    service.secret("hs_ed25519_secret_key");
    if (member.settings.secretHostname)
      service.secret("hostname");
    else
      service.open("hostname");
    service.builtin("onion-service", {{"hostname", "hostname"}, {"key", "hs_ed25519_secret_key"}}).addTo(out);
    return {};
  }

  fleet::Result<void> exportsOf(const fleet::ExportContext& context, fleet::Exports& out) const override {
    out[scope(context.instance)]["networking"] =
        fleet::Attrs{{"module", "clan_lib.network.tor"}, {"priority", kPriority}};
    const auto servers = context.view.roles.find("server");
    if (servers == context.view.roles.end()) return {};
    for (const auto& [machine, settings] : servers->second.machines)
      out[scope(context.instance, "server", machine)]["peer"] = fleet::Attrs{
          {"hosts", fleet::List{fleet::Attrs{{"var", fleet::Attrs{{"file", "hostname"},
                                                                  {"generator", generatorOf(context.instance)},
                                                                  {"machine", machine}}}}}}};
    return {};
  }
};

}  // namespace

FLEET_PLUGIN(Tor);
