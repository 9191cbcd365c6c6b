// network: hosts of every class know the names, host keys and ssh servers of the fleet's networks. All of it follows
// from what services export; nobody writes an address twice.
#include <algorithm>

#include <fleet/cxx/names.hpp>
#include <fleet/cxx/plugin.hpp>

namespace {

// Around the lines in a Mac's /etc/hosts; what is outside of them is not ours.
constexpr const char* kBegin = "# fleetd: names of the fleet, written by its activation";
constexpr const char* kEnd = "# fleetd: end";
constexpr const char* kHomeKnownHosts = ".ssh/fleetd/known_hosts";
constexpr const char* kHomeConfig = ".ssh/fleetd/config";

struct Firewall {
  std::vector<fleet::Port> allowedTCPPorts, allowedUDPPorts;
  static constexpr auto schema() {
    return fleet::options(
        fleet::option("allowedTCPPorts", &Firewall::allowedTCPPorts, "TCP ports that members of overlays may reach."),
        fleet::option("allowedUDPPorts", &Firewall::allowedUDPPorts, "UDP ports that members of overlays may reach."));
  }
};

struct Options {
  bool names = true, knownHosts = true, ssh = true;
  std::vector<std::string> networks;
  std::map<std::string, std::vector<std::string>> nameServers;
  Firewall firewall;
  static constexpr auto schema() {
    return fleet::options(
        fleet::option("names", &Options::names, "Whether names of machines are in /etc/hosts."),
        fleet::option("knownHosts", &Options::knownHosts, "Whether generated host keys are known to ssh."),
        fleet::option("ssh", &Options::ssh, "Whether ssh finds machines by their short names."),
        fleet::option("networks", &Options::networks, "Instances whose networks are meant; all when there are none."),
        fleet::option("nameServers", &Options::nameServers,
                      "Machines that answer for a domain, by domain. Other machines ask them at their addresses."),
        fleet::option("firewall", &Options::firewall, "What is open on the interfaces of overlays."));
  }
};

class Network final : public fleet::ServicePlugin<Network, Options> {
  static constexpr const char* kClasses[] = {"nixos", "darwin", "home", nullptr};
  static constexpr const char* kWrites[] = {"networking.hosts",
                                            "networking.firewall.interfaces",
                                            "programs.ssh.knownHosts",
                                            "programs.ssh.extraConfig",
                                            "programs.ssh.includes",
                                            "environment.etc",
                                            "services.dnsmasq.settings.server",
                                            "warnings",
                                            "home.file",
                                            "system.activationScripts.postActivation",
                                            nullptr};
  static constexpr const char* kReads[] = {"networking.nftables.enable", "programs.ssh.enable",
                                           "services.resolved.enable", "services.dnsmasq.enable", nullptr};

 public:
  static constexpr auto manifest = fleet::manifest({.flags = FLEET_MF_PURE,
                                                    .id = "network",
                                                    .name = "Network",
                                                    .version = "1.0.0",
                                                    .description = "Names, host keys and ssh servers of the fleet",
                                                    .optionRoot = "fleet.network",
                                                    .platforms = kClasses,
                                                    .reads = kReads,
                                                    .writes = kWrites});

  fleet::Result<void> contribute(const fleet::HostView& host, const Options& options,
                                 fleet::Contribution& out) const override {
    if (host.hostClass == "home" &&
        !(options.firewall.allowedTCPPorts.empty() && options.firewall.allowedUDPPorts.empty()))
      return fleet::Error{FLEET_E_SCHEMA,          "NET04", "fleet.network.firewall", "a home has no firewall",
                          "set it on the machine", 0};
    const std::string machine = machineOf(host.name);
    FLEET_TRY_ASSIGN(const auto networks, meant(options, machine));
    if (options.names && host.hostClass != "home") names(host, networks, out);
    if (options.knownHosts && host.hostClass != "home") knownHosts(networks, out);
    if (host.hostClass == "home") {
      home(options, networks, machine, out);
    } else if (options.ssh) {
      const std::string text = blocks(networks, machine);
      if (!text.empty()) out.set("programs.ssh.extraConfig", text);
    }
    if (host.hostClass != "home") FLEET_TRY(resolvers(host, options, networks, out));
    if (host.hostClass == "nixos") firewall(options, networks, machine, out);
    if (host.hostClass == "darwin") macFirewall(options, networks, machine, out);
    return {};
  }

 private:
  using Networks = std::vector<fleet::Network>;

  // A home called user@machine sees what the machine sees.
  static std::string machineOf(const std::string& host) {
    const auto at = host.find('@');
    return at == std::string::npos ? host : host.substr(at + 1);
  }

  fleet::Result<Networks> meant(const Options& options, const std::string& machine) const {
    Networks all = fleet::networksOf(fleet());
    for (const auto& name : options.networks)
      if (std::none_of(all.begin(), all.end(), [&](const fleet::Network& one) { return one.instance == name; }))
        return fleet::Error{FLEET_E_SCHEMA,
                            "NET01",
                            "fleet.network.networks",
                            "no instance `" + name + "` exports a network",
                            "`fleetd network list` shows those there are",
                            0};
    if (!options.networks.empty())
      std::erase_if(all, [&](const fleet::Network& one) {
        return std::find(options.networks.begin(), options.networks.end(), one.instance) == options.networks.end();
      });
    // What a machine of no fleet reaches is not known: it is told everything.
    return fleet().machines.contains(machine) ? fleet::networksFrom(all, machine) : all;
  }

  void names(const fleet::HostView& host, const Networks& networks, fleet::Contribution& out) const {
    std::string lines;
    for (const auto& one : fleet::namesOf(networks, fleet().domain)) {
      if (one.names.empty()) continue;
      for (const auto& address : one.addresses) {
        if (host.hostClass == "nixos") out.set(fleet::at("networking.hosts", {address}), one.names);
        lines += address;
        for (const auto& name : one.names) lines += " " + name;
        lines += "\n";
      }
    }
    // Written without lines as well: the last generation's have to go.
    if (host.hostClass == "darwin") out.set("system.activationScripts.postActivation.text", hostsScript(lines));
  }

  // nix-darwin has no option for /etc/hosts, and the file is Apple's: only a block in it is ours. One that was not
  // ended is somebody's text by now and stays.
  static std::string hostsScript(const std::string& lines) {
    const std::string begin = kBegin, end = kEnd;
    std::string out = "fleetdHosts=$(mktemp /etc/hosts.XXXXXX)\nif {\n";
    out += "awk '$0 == \"" + begin + "\" { if (held) printf \"%s\", kept; held = 1; kept = \"\" }\n";
    out += "  held { kept = kept $0 \"\\n\"; if ($0 == \"" + end + "\") held = 0; next }\n";
    out += "  { print }\n  END { if (held) printf \"%s\", kept }' /etc/hosts\n";
    if (!lines.empty()) out += "cat <<'FLEETD-HOSTS'\n" + begin + "\n" + lines + end + "\nFLEETD-HOSTS\n";
    out += "} >\"$fleetdHosts\" && ! cmp -s \"$fleetdHosts\" /etc/hosts; then\n";
    out += "  chmod 0644 \"$fleetdHosts\"\n  mv \"$fleetdHosts\" /etc/hosts\nelse\n  rm -f \"$fleetdHosts\"\nfi\n";
    return out;
  }

  void knownHosts(const Networks& networks, fleet::Contribution& out) const {
    for (const auto& one : fleet::knownHostsOf(fleet(), networks)) {
      const auto of = [&](const char* option) {
        return fleet::at("programs.ssh.knownHosts", {"fleet-" + one.id, option});
      };
      out.set(of("hostNames"), one.hosts);
      out.set(of("publicKey"), one.key);
      if (one.authority) out.set(of("certAuthority"), true);
    }
  }

  std::string blocks(const Networks& networks, const std::string& self) const {
    std::string out;
    for (const auto& [machine, view] : fleet().machines) {
      if (machine == self) continue;
      if (const auto block = fleet::sshBlockOf(fleet(), networks, machine)) out += *block;
    }
    return out;
  }

  // Files of our own, which every version of home-manager can include.
  void home(const Options& options, const Networks& networks, const std::string& machine,
            fleet::Contribution& out) const {
    std::string known, config;
    if (options.knownHosts)
      for (const auto& one : fleet::knownHostsOf(fleet(), networks)) known += one.line() + "\n";
    // The first file is the one that ssh adds to.
    if (!known.empty()) config += std::string("UserKnownHostsFile ~/.ssh/known_hosts ~/") + kHomeKnownHosts + "\n";
    if (options.ssh) config += blocks(networks, machine);
    if (config.empty()) return;
    const auto rule = out.when("programs.ssh.enable");
    if (!known.empty()) rule.set(fleet::at("home.file", {kHomeKnownHosts, "text"}), known);
    rule.set(fleet::at("home.file", {kHomeConfig, "text"}), config);
    rule.set("programs.ssh.includes", fleet::List{std::string("~/") + kHomeConfig});
  }

  fleet::Result<void> resolvers(const fleet::HostView& host, const Options& options, const Networks& networks,
                                fleet::Contribution& out) const {
    for (const auto& [domain, machines] : options.nameServers) {
      const std::string path = "fleet.network.nameServers." + domain;
      if (!fleet::detail::isName(domain))
        return fleet::Error{FLEET_E_SCHEMA, "NET02", path, "`" + domain + "` is no domain", "a domain is `mesh`", 0};
      std::vector<std::string> servers;
      for (const auto& machine : machines) {
        const std::size_t before = servers.size();
        for (const auto& network : networks)
          if (const auto found = network.machines.find(machine); found != network.machines.end())
            for (const auto& way : found->second)
              if (fleet::addressFamily(way.host) != 0) servers.push_back(way.host);
        if (servers.size() == before)
          return fleet::Error{FLEET_E_SCHEMA,
                              "NET03",
                              path,
                              "no network that is meant has an address of " + machine,
                              "`fleetd network list " + machine + "` shows its addresses",
                              0};
      }
      if (servers.empty()) continue;
      // Who answers for a domain does not ask itself.
      const bool self = std::find(machines.begin(), machines.end(), host.name) != machines.end();
      if (host.hostClass == "darwin")
        resolverFile(domain, servers, out);
      else if (!self)
        delegation(domain, servers, out);
    }
    return {};
  }

  static void resolverFile(const std::string& domain, const std::vector<std::string>& servers,
                           fleet::Contribution& out) {
    std::string text;
    for (const auto& server : servers) text += "nameserver " + server + "\n";
    out.set(fleet::at("environment.etc", {"resolver/" + domain, "text"}), text);
  }

  // systemd-resolved has a file for it since version 258, dnsmasq has always had a setting.
  static void delegation(const std::string& domain, const std::vector<std::string>& servers, fleet::Contribution& out) {
    std::string dns;
    fleet::List forwards;
    for (const auto& server : servers) {
      dns += (dns.empty() ? "" : " ") + server;
      forwards.push_back("/" + domain + "/" + server);
    }
    const auto resolved = fleet::isTrue("services.resolved.enable"), dnsmasq = fleet::isTrue("services.dnsmasq.enable");
    const auto rule = out.when(resolved);
    rule.set(fleet::at("environment.etc", {"systemd/dns-delegate.d/" + domain + ".dns-delegate", "text"}),
             "[Delegate]\nDNS=" + dns + "\nDomains=~" + domain + "\n");
    rule.set(
        "warnings",
        fleet::expr("lib.optional (lib.versionOlder config.systemd.package.version \"258\") \"systemd-resolved asks "
                    "other name servers for " +
                    domain + " from version 258 on, and this host has an older one.\""));
    out.when(!resolved && dnsmasq).set("services.dnsmasq.settings.server", forwards);
    out.when(!resolved && !dnsmasq)
        .set("warnings", fleet::List{"Nobody on this host asks the name servers of " + domain +
                                     ": enable services.resolved or services.dnsmasq."});
  }

  // A Mac's firewall knows programs, no ports and no interfaces: nothing has to be opened, unless everything is shut.
  static void macFirewall(const Options& options, const Networks& networks, const std::string& machine,
                          fleet::Contribution& out) {
    const auto& [tcp, udp] = options.firewall;
    const bool inOverlay = std::any_of(networks.begin(), networks.end(), [&](const fleet::Network& one) {
      return !one.interfaces.empty() && one.machines.contains(machine);
    });
    if ((tcp.empty() && udp.empty()) || !inOverlay) return;
    out.set(
        "warnings",
        fleet::expr("lib.optional ((config.networking.applicationFirewall.blockAllIncoming or null) == true) \"The "
                    "application firewall of this Mac blocks all incoming connections, so nothing of "
                    "fleet.network.firewall is open: set networking.applicationFirewall.blockAllIncoming = false.\""));
  }

  // Both packet filters know interfaces by the beginning of their names, each in its own words.
  static void firewall(const Options& options, const Networks& networks, const std::string& machine,
                       fleet::Contribution& out) {
    const auto& tcp = options.firewall.allowedTCPPorts;
    const auto& udp = options.firewall.allowedUDPPorts;
    if (tcp.empty() && udp.empty()) return;
    for (const auto& network : networks) {
      if (!network.machines.contains(machine)) continue;
      for (std::string interface : network.interfaces) {
        const bool pattern = interface.ends_with('*');
        const auto open = [&](const auto& where) {
          if (!tcp.empty()) where.set(fleet::at("networking.firewall.interfaces", {interface, "allowedTCPPorts"}), tcp);
          if (!udp.empty()) where.set(fleet::at("networking.firewall.interfaces", {interface, "allowedUDPPorts"}), udp);
        };
        if (!pattern) {
          if (!tcp.empty()) out.set(fleet::at("networking.firewall.interfaces", {interface, "allowedTCPPorts"}), tcp);
          if (!udp.empty()) out.set(fleet::at("networking.firewall.interfaces", {interface, "allowedUDPPorts"}), udp);
          continue;
        }
        open(out.when("networking.nftables.enable"));
        interface.back() = '+';
        open(out.when(!fleet::isTrue("networking.nftables.enable")));
      }
    }
  }
};

}  // namespace

FLEET_PLUGIN(Network);
