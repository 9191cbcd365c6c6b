// wireguard: a network of IPv6 addresses in which controllers route between peers.
#include <map>
#include <set>

#include <fleet/cxx/plugin.hpp>
#include <fleet/cxx/service.hpp>

#include "plugins/services/wireguard/addresses.hpp"

namespace {

constexpr std::int64_t kPriority = 1000, kKeepalive = 25;
constexpr const char* kPort = "Port of the interface.";
constexpr const char* kDomain = "Domain of the machines' names in this network; the instance's name by default.";
constexpr const char* kMtu = "Largest packet.";

struct PeerSettings {
  fleet::Port port{51820};
  std::optional<std::string> domain;
  std::optional<std::int64_t> mtu;
  std::optional<std::string> controller;
  static constexpr auto schema() {
    return fleet::options(fleet::option("port", &PeerSettings::port, kPort),
                          fleet::option("domain", &PeerSettings::domain, kDomain),
                          fleet::option("mtu", &PeerSettings::mtu, kMtu),
                          fleet::option("controller", &PeerSettings::controller,
                                        "The controller other peers reach this one through; needed with several."));
  }
};

struct ControllerSettings {
  fleet::Port port{51820};
  std::optional<std::string> domain;
  std::optional<std::int64_t> mtu;
  std::string endpoint;
  static constexpr auto schema() {
    return fleet::options(fleet::option("port", &ControllerSettings::port, kPort),
                          fleet::option("domain", &ControllerSettings::domain, kDomain),
                          fleet::option("mtu", &ControllerSettings::mtu, kMtu),
                          fleet::option("endpoint", &ControllerSettings::endpoint,
                                        "Where the controller is reached from outside, without a port."));
  }
};

class Wireguard final : public fleet::Service<Wireguard> {
  static constexpr const char* kClasses[] = {"nixos", "darwin", nullptr};
  static constexpr const char* kWrites[] = {"networking.wireguard.interfaces",
                                            "networking.wg-quick.interfaces",
                                            "networking.extraHosts",
                                            "networking.firewall.allowedUDPPorts",
                                            "boot.kernel.sysctl",
                                            "clan.core.networking.extraHosts.wireguard",
                                            "clan.core.vars.generators",
                                            nullptr};

 public:
  static constexpr const char* exportName = "clan-core/wireguard";
  static constexpr auto manifest = fleet::manifest({.id = "wireguard",
                                                    .name = "WireGuard",
                                                    .version = "1.0.0",
                                                    .description = "A network of addresses derived from names",
                                                    .platforms = kClasses,
                                                    .writes = kWrites});

  Wireguard() {
    role("peer", "Machines that reach the network through controllers.", &Wireguard::peer).classes = {"nixos",
                                                                                                      "darwin"};
    auto& controller =
        role("controller", "Machines that can be reached from outside and route for peers.", &Wireguard::controller);
    controller.minMachines = 1;
    controller.classes = {"nixos", "darwin"};
    exportsInterfaces({"networking", "peer"});
    generates({{"wireguard-keys-<instance>", "the machine's key pair"},
               {"wireguard-network-<instance>", "the machine's part of the addresses"}});
  }

 private:
  using Machines = std::map<std::string, fleet::Value>;

  static std::string keysOf(const std::string& instance) { return "wireguard-keys-" + instance; }
  static const Machines& machinesOf(const fleet::InstanceView& view, const char* role) {
    static const Machines nobody;
    const auto found = view.roles.find(role);
    return found == view.roles.end() ? nobody : found->second.machines;
  }
  static std::string peerAddress(const std::string& instance, const std::string& controller, const std::string& peer) {
    return wireguard::controllerPrefix(instance, controller) + ":" + wireguard::peerSuffix(peer);
  }

  // Names that would get the same addresses, and machines that cannot be both.
  static fleet::Result<void> checkNames(const std::string& instance, const fleet::InstanceView& view) {
    std::map<std::string, std::string> taken;
    const auto claim = [&](const std::string& address, const std::string& name) -> fleet::Result<void> {
      const auto [at, isNew] = taken.emplace(address, name);
      if (isNew || at->second == name) return {};
      return fleet::Error{FLEET_E_SCHEMA,
                          "WG01",
                          {},
                          at->second + " and " + name + " would get the same addresses",
                          "rename one of the two machines",
                          0};
    };
    for (const auto& [name, settings] : machinesOf(view, "controller")) {
      FLEET_TRY(claim(wireguard::controllerPrefix(instance, name), name));
      if (machinesOf(view, "peer").contains(name))
        return fleet::Error{FLEET_E_SCHEMA,
                            "WG02",
                            {},
                            name + " cannot be both controller and peer of " + instance,
                            "a controller reaches everybody already",
                            0};
    }
    for (const auto& [name, settings] : machinesOf(view, "peer")) FLEET_TRY(claim(wireguard::peerSuffix(name), name));
    return {};
  }

  // The controller others reach a peer through.
  static fleet::Result<std::string> homeOf(const std::string& name, const PeerSettings& settings,
                                           const fleet::InstanceView& view) {
    const Machines& controllers = machinesOf(view, "controller");
    if (!settings.controller && controllers.size() == 1) return controllers.begin()->first;
    if (settings.controller && controllers.contains(*settings.controller)) return *settings.controller;
    return fleet::Error{FLEET_E_SCHEMA,
                        "WG03",
                        "controller",
                        settings.controller ? "`" + *settings.controller + "` is no controller of the network"
                                            : name + " has to say which controller it is reached through",
                        "set `controller` to a machine with that role",
                        0};
  }

  template <class Settings>
  fleet::Result<std::string> hostsText(const fleet::Member<Settings>& member) const {
    const std::string domain = member.settings.domain.value_or(member.instance);
    std::string out;
    for (const auto& [name, settings] : member.machines("controller"))
      out += wireguard::controllerPrefix(member.instance, name) + "::1 " + name + "." + domain + "\n";
    for (const auto& [name, value] : member.machines("peer")) {
      FLEET_TRY_ASSIGN(const auto settings, fleet::read<PeerSettings>(value));
      FLEET_TRY_ASSIGN(const auto home, homeOf(name, settings, member.view));
      out += peerAddress(member.instance, home, name) + " " + name + "." + domain + "\n";
    }
    return out;
  }

  template <class Settings>
  fleet::Result<void> common(const fleet::Member<Settings>& member, fleet::Contribution& out) const {
    FLEET_TRY(checkNames(member.instance, member.view));
    fleet::Generator(keysOf(member.instance))
        .secret("privatekey")
        .open("publickey")
        .builtin("wireguard-key")
        .addTo(out);
    FLEET_TRY_ASSIGN(const auto hosts, hostsText(member));
    if (member.isDarwin())
      out.set("clan.core.networking.extraHosts.wireguard", hosts);
    else
      out.set("networking.extraHosts", hosts);
    return {};
  }

  // The network part, kept as variables as well, so that clan's tools find it.
  static void network(const std::string& instance, const char* file, const std::string& value,
                      const std::string& machine, fleet::Contribution& out) {
    fleet::Generator("wireguard-network-" + instance)
        .open(file)
        .validation(fleet::Attrs{{"hostname", machine}})
        .builtin("text", {{"file", file}, {"text", value}})
        .addTo(out);
  }

  // A controller as a peer of the interface; nothing until its key is there.
  template <class Settings>
  static void addController(const fleet::Member<Settings>& member, const std::string& name,
                            const ControllerSettings& settings, fleet::List& peers) {
    if (!member.publicValue(name, keysOf(member.instance), "publickey")) return;
    peers.push_back(
        fleet::Attrs{{"allowedIPs", fleet::List{wireguard::controllerPrefix(member.instance, name) + "::/56"}},
                     {"endpoint", settings.endpoint + ":" + std::to_string(settings.port.value)},
                     {"persistentKeepalive", kKeepalive},
                     {"publicKey", *member.publicValue(name, keysOf(member.instance), "publickey")}});
  }

  fleet::Result<void> peer(const fleet::Member<PeerSettings>& member, fleet::Contribution& out) const {
    FLEET_TRY(common(member, out));
    network(member.instance, "suffix", wireguard::peerSuffix(member.host.name), member.host.name, out);
    fleet::List addresses, peers;
    for (const auto& [name, value] : member.machines("controller")) {
      FLEET_TRY_ASSIGN(const auto settings, fleet::read<ControllerSettings>(value));
      addresses.push_back(peerAddress(member.instance, name, member.host.name) + "/56");
      addController(member, name, settings, peers);
    }
    const auto of = [&](const char* option) {
      return fleet::at(member.isDarwin() ? "networking.wg-quick.interfaces" : "networking.wireguard.interfaces",
                       {member.instance, option});
    };
    out.set(of(member.isDarwin() ? "address" : "ips"), addresses);
    out.set(of("privateKeyFile"), fleet::secretPath(keysOf(member.instance), "privatekey"));
    out.set(of("peers"), peers);
    if (member.settings.mtu) out.set(of("mtu"), *member.settings.mtu);
    return {};
  }

  fleet::Result<void> controller(const fleet::Member<ControllerSettings>& member, fleet::Contribution& out) const {
    if (member.settings.endpoint.empty())
      return fleet::Error{FLEET_E_SCHEMA,
                          "WG04",
                          "endpoint",
                          "a controller needs an endpoint",
                          "set it to the name or address it is reached at from outside",
                          0};
    FLEET_TRY(common(member, out));
    const std::string prefix = wireguard::controllerPrefix(member.instance, member.host.name);
    network(member.instance, "prefix", prefix, member.host.name, out);
    fleet::List peers;
    for (const auto& [name, value] : member.machines("peer")) {
      const auto* key = member.publicValue(name, keysOf(member.instance), "publickey");
      if (!key) continue;
      fleet::List allowed;
      for (const auto& [controller, settings] : member.machines("controller"))
        allowed.push_back(peerAddress(member.instance, controller, name) + "/96");
      peers.push_back(fleet::Attrs{{"allowedIPs", allowed}, {"persistentKeepalive", kKeepalive}, {"publicKey", *key}});
    }
    for (const auto& [name, value] : member.machines("controller")) {
      if (name == member.host.name) continue;
      FLEET_TRY_ASSIGN(const auto settings, fleet::read<ControllerSettings>(value));
      addController(member, name, settings, peers);
    }
    const auto of = [&](const char* option) {
      return fleet::at(member.isDarwin() ? "networking.wg-quick.interfaces" : "networking.wireguard.interfaces",
                       {member.instance, option});
    };
    if (member.isDarwin()) {
      // Packets are forwarded for as long as the interface is up.
      out.set(of("postUp"), "sysctl -n net.inet6.ip6.forwarding > /var/run/wireguard-" + member.instance +
                                ".forwarding\nsysctl -w net.inet6.ip6.forwarding=1\n");
      out.set(of("postDown"),
              "sysctl -w net.inet6.ip6.forwarding=\"$(cat /var/run/wireguard-" + member.instance + ".forwarding)\"\n");
    } else {
      out.set(fleet::at("boot.kernel.sysctl", {"net.ipv6.conf.all.forwarding"}), 1);
      out.set("networking.firewall.allowedUDPPorts", fleet::List{member.settings.port.value});
    }
    out.set(of("listenPort"), member.settings.port.value);
    out.set(of(member.isDarwin() ? "address" : "ips"), fleet::List{prefix + "::1/40"});
    out.set(of("privateKeyFile"), fleet::secretPath(keysOf(member.instance), "privatekey"));
    out.set(of("peers"), peers);
    if (member.settings.mtu) out.set(of("mtu"), *member.settings.mtu);
    return {};
  }

  fleet::Result<void> exportsOf(const fleet::ExportContext& context, fleet::Exports& out) const override {
    fleet::Attrs networking{{"interfaces", fleet::List{context.instance}}, {"priority", kPriority}};
    for (const char* role : {"controller", "peer"})
      for (const auto& [machine, value] : machinesOf(context.view, role)) {
        const fleet::Value* set = value.find("domain");
        if (const auto* domain = set ? set->get<std::string>() : nullptr) networking.set("domain", *domain);
        std::string address = wireguard::controllerPrefix(context.instance, machine) + "::1";
        if (role == std::string_view("peer")) {
          auto settings =
              value.isNil() ? fleet::Result<PeerSettings>(PeerSettings{}) : fleet::read<PeerSettings>(value);
          if (!settings) return fleet::under(machine, std::move(settings).error());
          const auto home = homeOf(machine, *settings, context.view);
          if (!home) continue;  // what it contributes says why
          address = peerAddress(context.instance, *home, machine);
        }
        out[scope(context.instance, role, machine)]["peer"] =
            fleet::Attrs{{"hosts", fleet::List{fleet::Attrs{{"plain", address}}}}};
      }
    out[scope(context.instance)]["networking"] = std::move(networking);
    return {};
  }
};

}  // namespace

FLEET_PLUGIN(Wireguard);
