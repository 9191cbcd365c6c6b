// zerotier: an overlay network of all machines, Macs and other devices, whose addresses follow from identities.
#include <algorithm>

#include <fleet/cxx/plugin.hpp>
#include <fleet/cxx/service.hpp>

#include "plugins/common/zerotier/world.hpp"
#include "plugins/zerotier/addresses.hpp"
#include "plugins/zerotier/json.hpp"
#include "plugins/zerotier/nodes.hpp"
#include "plugins/zerotier/overlay.hpp"
#include "plugins/zerotier/requests.hpp"
#include "plugins/zerotier/resolver.hpp"
#include "plugins/zerotier/scripts.hpp"
#include "plugins/zerotier/settings.hpp"

namespace zerotier {

namespace {

namespace formats = fleetd::zerotier;

constexpr std::int64_t kPriority = 900, kPort = 9993, kMostMoons = 4;
constexpr const char* kSecretFile = "identity-secret";
constexpr const char* kMoonFile = "moon.json";
// Networks in networks would carry themselves.
constexpr const char* kNoUnderlay[] = {"ygg", "hyprspace", "tinc", "tailscale", "mycelium", "wg", "zt"};
constexpr const char* kRelay = "65.21.12.51/4443";  // as in clan

std::string recordPath(NetworkId id) { return "fleetd/zerotier/" + id.text() + ".json"; }
std::string membersPath(NetworkId id) { return "fleetd/zerotier/" + id.text() + ".members.json"; }

class Zerotier final : public fleet::Service<Zerotier> {
  static constexpr const char* kClasses[] = {"nixos", "darwin", nullptr};
  static constexpr const char* kReads[] = {"services.resolved.enable", "systemd.network.enable",
                                           "services.dnsmasq.enable", "systemd.package", nullptr};
  static constexpr const char* kWrites[] = {"services.zerotierone",
                                            "systemd.services",
                                            "systemd.network.networks",
                                            "networking.firewall",
                                            "networking.extraHosts",
                                            "networking.networkmanager.unmanaged",
                                            "environment.etc",
                                            "environment.systemPackages",
                                            "services.dnsmasq.settings.server",
                                            "warnings",
                                            "homebrew.casks",
                                            "launchd.daemons",
                                            "clan.core.networking.extraHosts.zerotier",
                                            "clan.core.vars.generators",
                                            nullptr};

 public:
  static constexpr const char* exportName = "clan-core/zerotier";
  static constexpr auto manifest = fleet::manifest({.id = "zerotier",
                                                    .name = "ZeroTier",
                                                    .version = "1.0.0",
                                                    .description = "An overlay network of machines and other devices",
                                                    .platforms = kClasses,
                                                    .reads = kReads,
                                                    .writes = kWrites});

  Zerotier() {
    auto& controller =
        role("controller", "The machine that lets members in; the network is its own.", &Zerotier::controller);
    controller.minMachines = 1;
    controller.maxMachines = 1;
    controller.classes = {"nixos"};
    auto& moon = role("moon", "Machines that help others find each other.", &Zerotier::moon);
    moon.maxMachines = kMostMoons;
    moon.classes = {"nixos"};
    role("peer", "Members of the network.", &Zerotier::peer);
    exportsInterfaces({"networking", "overlay", "peer"});
    generates({{"zerotier-identity-<machine>", "the machine's identity"},
               {"zerotier-network-<instance>", "the network's id"},
               {"zerotier-ip-<machine>-<instance>", "the machine's address"},
               {"zerotier-moon-<machine>", "the key of a moon"},
               {"zerotier-world-<machine>", "the file of a moon"}});
  }

 private:
  template <class Settings>
  static Network networkOfMember(const fleet::Member<Settings>& member) {
    return {member.instance, member.fleet, member.view};
  }

  fleet::Result<void> controller(const fleet::Member<ControllerSettings>& member, fleet::Contribution& out) const {
    if (!member.isNixos()) return {};
    FLEET_TRY(checkAddresses(member.settings));
    // From 1.16 on the controller is no part of the free build.
    out.set("services.zerotierone.package",
            fleet::expr("if lib.versionAtLeast pkgs.zerotierone.version \"1.16\" then pkgs.zerotierone.override { "
                        "enableUnfree = true; } else pkgs.zerotierone"));
    const Network network = networkOfMember(member);
    FLEET_TRY_ASSIGN(const auto id, network.id());
    if (!id) return {};
    FLEET_TRY_ASSIGN(const auto nodes, network.nodes(*id, member.settings));
    FLEET_TRY(checkNetwork(network, *id, member.settings, nodes));
    const std::string recordText = jsonText(recordOf(network, *id, member.settings)) + "\n",
                      membersText = jsonText(membersOf(nodes)) + "\n";
    out.set(fleet::at("environment.etc", {recordPath(*id), "text"}), recordText);
    out.set(fleet::at("environment.etc", {membersPath(*id), "text"}), membersText);
    out.set("systemd.services.zerotierone.preStart", recordScript(kLinuxHome, id->text(), "/etc/" + recordPath(*id)));
    out.set("systemd.services.zerotierone.restartTriggers", fleet::List{recordText});
    const auto of = [&](const char* option) {
      return fleet::at("systemd.services", {"zerotier-members-" + member.instance, option});
    };
    out.set(of("description"), "Members of the ZeroTier network " + member.instance);
    out.set(of("wantedBy"), fleet::List{"multi-user.target"});
    out.set(of("after"), fleet::List{"zerotierone.service"});
    out.set(of("requires"), fleet::List{"zerotierone.service"});
    out.set(of("path"), fleet::List{fleet::pkg("curl"), fleet::pkg("jq")});
    out.set(of("script"), membersScript(id->text(), "/etc/" + membersPath(*id), member.settings.revoke));
    out.set(of("restartTriggers"), fleet::List{membersText});
    out.set(of("serviceConfig"), fleet::Attrs{{"RemainAfterExit", true},
                                              {"Restart", "on-failure"},
                                              {"RestartSec", 10},
                                              {"RuntimeDirectory", "zerotier-members-" + member.instance},
                                              {"RuntimeDirectoryMode", "0700"},
                                              {"Type", "oneshot"}});
    return {};
  }

  fleet::Result<void> moon(const fleet::Member<MoonSettings>& member, fleet::Contribution&) const {
    for (const auto& text : member.settings.stableEndpoints)
      if (const auto endpoint = formats::parseEndpoint(text); !endpoint)
        return fleet::Error{FLEET_E_SCHEMA,        "ZT06", "stableEndpoints", endpoint.error().message,
                            endpoint.error().hint, 0};
    if (member.settings.stableEndpoints.empty())
      return fleet::Error{FLEET_E_SCHEMA,
                          "ZT17",
                          "stableEndpoints",
                          "a moon has to say where it is reached",
                          "add its address: stableEndpoints = [ \"192.0.2.1/9993\" ];",
                          0};
    return {};
  }

  fleet::Result<void> peer(const fleet::Member<PeerSettings>& member, fleet::Contribution&) const {
    for (const auto& text : member.settings.orbitMoons)
      if (const auto address = formats::parseAddress(text); !address)
        return fleet::Error{FLEET_E_SCHEMA, "ZT11", "orbitMoons", address.error().message, address.error().hint, 0};
    return {};
  }

  // What a machine needs for all its networks together.
  struct Everything {
    Followed followed;
    std::vector<std::string> endpoints;  // of the machine as a moon
    std::string hosts, moonKey, node;
    bool cask = false;
  };

  static void generators(const Network& network, const std::string& machine, fleet::Contribution& out) {
    const std::string controller = network.controller();
    if (controller.empty()) return;
    fleet::Generator(networkOf(network.instance))
        .open("network-id", {{"deploy", false}})
        .dependsOn(identityOf(controller))
        .share()
        .builtin("zerotier-network", {{"controller", identityOf(controller) + "/" + kSecretFile}})
        .addTo(out);
    fleet::Generator(zerotier::addressOf(machine, network.instance))
        .open("ip", {{"deploy", false}})
        .dependsOn(identityOf(machine))
        .dependsOn(networkOf(network.instance))
        .share()
        .builtin("zerotier-address", {{"identity", identityOf(machine) + "/" + kSecretFile},
                                      {"network", networkOf(network.instance) + "/network-id"}})
        .addTo(out);
  }

  // One moon a machine, however many networks it serves: the key is kept, the world follows the endpoints.
  static void moonGenerators(const std::string& machine, const std::vector<std::string>& endpoints,
                             fleet::Contribution& out) {
    const std::string identity = identityOf(machine) + "/" + kSecretFile;
    fleet::Generator(moonOf(machine))
        .hidden(kMoonFile)
        .dependsOn(identityOf(machine))
        .share()
        .builtin("zerotier-moon", {{"identity", identity}})
        .addTo(out);
    fleet::Generator(worldOf(machine))
        .open("moon", {{"deploy", false}})
        .dependsOn(identityOf(machine))
        .dependsOn(moonOf(machine))
        .share()
        .builtin("zerotier-world", {{"endpoints", fleet::toValue(endpoints)},
                                    {"identity", identity},
                                    {"moon", moonOf(machine) + "/" + kMoonFile}})
        .addTo(out);
  }

  static void addOnce(std::vector<std::string>& to, const std::string& one) {
    if (std::find(to.begin(), to.end(), one) == to.end()) to.push_back(one);
  }

  static fleet::Result<void> gather(const Network& network, const fleet::HostView& host, Everything& all,
                                    fleet::Contribution& out) {
    FLEET_TRY_ASSIGN(const auto settings, network.settings());
    FLEET_TRY_ASSIGN(const auto id, network.id());
    if (!id) return {};
    addOnce(all.followed.networks, id->text());
    FLEET_TRY_ASSIGN(const auto nodes, network.nodes(*id, settings));
    all.hosts += hostsText(*id, nodes, network.domain(settings));
    for (const Node& node : nodes)
      if (node.isMachine && node.name == host.name) all.node = node.address.text();
    FLEET_TRY(follow(network, nodes, host, all));
    addResolver(network, *id, settings.dns, host, out);
    return {};
  }

  // A moon is told of itself, too: it tells others what it reads there.
  static fleet::Result<void> follow(const Network& network, const std::vector<Node>& nodes, const fleet::HostView& host,
                                    Everything& all) {
    const auto moons = network.machines("moon");
    for (const Node& node : nodes) {
      if (!node.isMachine || !moons.contains(node.name)) continue;
      FLEET_TRY_ASSIGN(const auto world, network.worldOf(node));
      if (world) all.followed.worlds[node.address.text()] = world->text;
      if (world && node.name == host.name) all.moonKey = world->key;
      if (!world && node.name != host.name) addOnce(all.followed.moons, node.address.text());
    }
    return {};
  }

  static fleet::Attrs daemonSettings() {
    fleet::List underlay;
    for (const char* prefix : kNoUnderlay) underlay.push_back(prefix);
    return {{"interfacePrefixBlacklist", underlay}, {"tcpFallbackRelay", kRelay}};
  }

  static fleet::Result<void> readMembership(const fleet::Membership& membership, Everything& all) {
    if (membership.settings.isNil()) return {};
    if (membership.role == "moon") {
      FLEET_TRY_ASSIGN(const auto settings, fleet::read<MoonSettings>(membership.settings));
      for (const auto& text : settings.stableEndpoints) {
        const auto endpoint = formats::parseEndpoint(text);
        // Without a port the moon would say zero, and nobody would reach it. Mistakes are the role's to tell.
        if (endpoint) addOnce(all.endpoints, text.substr(0, text.find('/')) + "/" + std::to_string(endpoint->port));
      }
    }
    if (membership.role != "peer") return {};
    FLEET_TRY_ASSIGN(const auto settings, fleet::read<PeerSettings>(membership.settings));
    for (const auto& moon : settings.orbitMoons) addOnce(all.followed.moons, moon);
    all.cask = all.cask || settings.cask;
    return {};
  }

  fleet::Result<void> perMachine(const fleet::HostView& host, fleet::Contribution& out) const override {
    std::set<std::string> instances;
    Everything all;
    for (const auto& membership : host.memberships) {
      instances.insert(membership.instance);
      FLEET_TRY(readMembership(membership, all));
    }
    if (instances.empty()) return {};
    // A Mac has no such units; its daemon's script waits for the identity that it is declared with.
    fleet::Attrs placing;
    if (host.hostClass == "nixos") placing.set("restartUnits", fleet::List{"zerotierone.service"});
    fleet::Generator(identityOf(host.name))
        .secret(kSecretFile, std::move(placing))
        .share()
        .builtin("zerotier-identity")
        .addTo(out);
    if (!all.endpoints.empty()) moonGenerators(host.name, all.endpoints, out);
    for (const auto& instance : instances) {
      const auto view = fleet().instances.find(instance);
      if (view == fleet().instances.end()) continue;
      const Network network{instance, fleet(), view->second};
      generators(network, host.name, out);
      auto done = gather(network, host, all, out);
      if (!done) return fleet::under(instance, std::move(done).error());
    }
    std::erase_if(all.followed.moons, [&](const std::string& moon) { return all.followed.worlds.contains(moon); });
    if (host.hostClass == "darwin")
      onDarwin(host, all, out);
    else
      onNixos(host, all, out);
    return {};
  }

  static void onNixos(const fleet::HostView& host, const Everything& all, fleet::Contribution& out) {
    out.set("services.zerotierone.enable", true);
    out.set("services.zerotierone.joinNetworks", all.followed.networks);
    out.set("services.zerotierone.localConf.settings", daemonSettings());
    out.set("systemd.services.zerotierone.path", fleet::List{fleet::pkg("diffutils")});
    fleet::Text prepare =
        prepareScript(kLinuxHome, fleet::secretPath(identityOf(host.name), kSecretFile), all.followed);
    prepare.parts.insert(prepare.parts.begin(), fleet::Value("(\nset -eu\n"));
    prepare.parts.push_back(fleet::Value(")\n"));
    if (!all.moonKey.empty()) prepare.parts.push_back(fleet::Value(moonKeyScript(kLinuxHome, host.name, all.moonKey)));
    // Before what the controller and moons do with the identity.
    out.set("systemd.services.zerotierone.preStart", prepare, fleet::Priority::normal, fleet::Order::before);
    out.set("networking.firewall.allowedUDPPorts", fleet::List{kPort});
    out.set("networking.firewall.allowedTCPPorts", fleet::List{kPort});
    out.set("networking.networkmanager.unmanaged", fleet::List{"interface-name:zt*"});
    addLink("09-zerotier", "zt*", out);
    if (!all.hosts.empty()) out.set("networking.extraHosts", all.hosts);
    if (all.followed.moons.empty()) return;
    const auto unit = [](const char* option) { return fleet::at("systemd.services.zerotier-moons", {option}); };
    out.set(unit("description"), "Moons of ZeroTier networks");
    out.set(unit("wantedBy"), fleet::List{"multi-user.target"});
    out.set(unit("after"), fleet::List{"zerotierone.service"});
    out.set(unit("requires"), fleet::List{"zerotierone.service"});
    out.set(unit("path"), fleet::List{fleet::ref("services.zerotierone.package")});
    out.set(unit("script"), orbitScript(all.followed.moons));
    out.set(
        unit("serviceConfig"),
        fleet::Attrs{{"RemainAfterExit", true}, {"Restart", "on-failure"}, {"RestartSec", 10}, {"Type", "oneshot"}});
  }

  // A daemon of its own, since nix-darwin has no module for it; or what Homebrew's daemon needs to know.
  static void onDarwin(const fleet::HostView& host, const Everything& all, fleet::Contribution& out) {
    fleet::Text script = prepareScript(kMacHome, fleet::secretPath(identityOf(host.name), kSecretFile), all.followed);
    // The script differs with the identity, so launchd starts another daemon when there is another one.
    if (!all.node.empty()) {
      fleet::Text wait = awaitScript(fleet::secretPath(identityOf(host.name), kSecretFile), all.node);
      script.parts.insert(script.parts.begin(), wait.parts.begin(), wait.parts.end());
    }
    script.parts.insert(script.parts.begin(), fleet::Value("set -eu\n"));
    script.parts.push_back(
        fleet::Value(settingsScript(jsonText(fleet::Attrs{{"settings", fleet::Value(daemonSettings())}}))));
    const char* const name = all.cask ? "zerotier-identity" : "zerotier-one";
    const auto of = [&](const char* option) { return fleet::at("launchd.daemons", {name, option}); };
    if (all.cask) {
      out.set("homebrew.casks", fleet::List{"zerotier-one"});
      script.parts.push_back(
          fleet::Value("if [ -n \"$changed\" ]; then /bin/launchctl kickstart -k system/com.zerotier.one; fi\n"));
    } else {
      out.set("environment.systemPackages", fleet::List{fleet::pkg("zerotierone")});
      for (fleet::Value part :
           {fleet::Value("exec "), fleet::Value(fleet::pkg("zerotierone")), fleet::Value("/bin/zerotier-one -p9993\n")})
        script.parts.push_back(std::move(part));
    }
    out.set(of("script"), script);
    out.set(of("path"), fleet::List{fleet::pkg("coreutils"), fleet::pkg("diffutils")});
    out.set(of("serviceConfig"),
            fleet::Attrs{
                {"KeepAlive", all.cask ? fleet::Value(fleet::Attrs{{"SuccessfulExit", false}}) : fleet::Value(true)},
                {"RunAtLoad", true},
                {"StandardErrorPath", "/var/log/zerotier-one.log"}});
    if (!all.hosts.empty()) out.set("clan.core.networking.extraHosts.zerotier", all.hosts);
    if (all.followed.moons.empty()) return;
    const auto unit = [](const char* option) { return fleet::at("launchd.daemons.zerotier-moons", {option}); };
    out.set(unit("script"), orbitScript(all.followed.moons));
    out.set(unit("path"), all.cask ? fleet::List{"/usr/local/bin"} : fleet::List{fleet::pkg("zerotierone")});
    out.set(unit("serviceConfig"),
            fleet::Attrs{{"KeepAlive", fleet::Attrs{{"SuccessfulExit", false}}}, {"RunAtLoad", true}});
  }

  fleet::Result<std::string> onMessage(const fleet::Message& message) override { return answerRequest(message.body); }

  fleet::Result<void> exportsOf(const fleet::ExportContext& context, fleet::Exports& out) const override {
    const Network network{context.instance, context.fleet, context.view};
    FLEET_TRY_ASSIGN(const auto controls, network.settings());
    out[scope(context.instance)]["overlay"] = overlayOf(network);
    out[scope(context.instance)]["networking"] = fleet::Attrs{{"domain", network.domain(controls)},
                                                              {"interfaces", fleet::List{"zt*"}},
                                                              {"module", "clan_lib.network.zerotier"},
                                                              {"priority", kPriority}};
    for (const auto& [role, members] : context.view.roles)
      for (const auto& [machine, settings] : members.machines) {
        const std::string generator = zerotier::addressOf(machine, context.instance);
        fleet::List hosts{
            fleet::Attrs{{"var", fleet::Attrs{{"file", "ip"}, {"generator", generator}, {"machine", machine}}}}};
        if (const auto pinned = controls.addresses.find(machine); pinned != controls.addresses.end())
          for (const std::string& address : pinned->second) hosts.push_back(fleet::Attrs{{"plain", address}});
        out[scope(context.instance, role, machine)]["peer"] = fleet::Attrs{{"hosts", hosts}};
      }
    return {};
  }
};

}  // namespace

}  // namespace zerotier

FLEET_PLUGIN(zerotier::Zerotier);
