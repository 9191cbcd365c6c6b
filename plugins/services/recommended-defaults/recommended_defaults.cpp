// recommended-defaults: what most machines want, weaker than what anybody else says.
#include <algorithm>

#include <fleet/cxx/plugin.hpp>
#include <fleet/cxx/service.hpp>

namespace {

constexpr std::int32_t kWeak = fleet::Priority::fallback;
// Where NixOS itself has a default of that weight.
constexpr std::int32_t kBeforeFallback = 900;
constexpr std::int64_t kMiB = 1024 * 1024;
constexpr std::int64_t kDarwinStateVersion = 6;

struct Settings {
  std::string release = "25.11";
  static constexpr auto schema() {
    return fleet::options(
        fleet::option("release", &Settings::release,
                      "Release of NixOS that machines without a kept state version start with, as in \"25.11\"."));
  }
};

class RecommendedDefaults final : public fleet::Service<RecommendedDefaults> {
  static constexpr const char* kClasses[] = {"nixos", "darwin", "home", nullptr};
  static constexpr const char* kReads[] = {"boot.zfs.enabled", "networking.useDHCP", "networking.useNetworkd", nullptr};
  static constexpr const char* kWrites[] = {"boot.zfs.forceImportRoot",
                                            "documentation",
                                            "environment.ldso32",
                                            "environment.systemPackages",
                                            "home.packages",
                                            "networking",
                                            "nix",
                                            "services.zfs",
                                            "system.stateVersion",
                                            "systemd.network",
                                            "systemd.services.NetworkManager-wait-online.enable",
                                            "clan.core.vars.generators.state-version",
                                            nullptr};

 public:
  static constexpr const char* exportName = "recommended-defaults";
  static constexpr auto manifest = fleet::manifest({.id = "recommended-defaults",
                                                    .name = "Recommended defaults",
                                                    .version = "1.0.0",
                                                    .description = "What most machines want",
                                                    .platforms = kClasses,
                                                    .reads = kReads,
                                                    .writes = kWrites});

  RecommendedDefaults() {
    role("default", "Machines that get the defaults.", &RecommendedDefaults::add);
    generates({{"state-version", "the release the machine began with"}});
  }

 private:
  fleet::Result<void> add(const fleet::Member<Settings>& member, fleet::Contribution& out) const {
    const std::string& release = member.settings.release;
    const bool fine =
        release.size() == 5 && release[2] == '.' &&
        std::all_of(release.begin(), release.end(), [](char c) { return (c >= '0' && c <= '9') || c == '.'; });
    if (!fine)
      return fleet::Error{FLEET_E_SCHEMA,
                          "DEFAULTS01",
                          "release",
                          "`" + release + "` is no release of NixOS",
                          "write it as \"25.11\"",
                          0};
    give(member.host, release, member.fleet.domain, out);
    return {};
  }

  // A host that selects the plugin without being in the inventory has no role.
  fleet::Result<void> perMachine(const fleet::HostView& host, fleet::Contribution& out) const override {
    if (host.memberships.empty()) give(host, Settings{}.release, fleet().domain, out);
    return {};
  }

  void give(const fleet::HostView& host, const std::string& release, const std::string& domain,
            fleet::Contribution& out) const {
    nixSettings(host.hostClass == "home", out);
    if (host.hostClass == "home") {
      out.set("home.packages", tools());
      return;
    }
    out.set("environment.systemPackages", tools());
    for (const char* what : {"documentation.doc.enable", "documentation.info.enable"}) out.set(what, false, kWeak);
    if (host.hostClass == "darwin") {
      out.set("system.stateVersion", kDarwinStateVersion, kWeak);
      return;
    }
    if (!domain.empty()) out.set("networking.domain", domain, kWeak);
    // `clan machines update-hardware-config` and nixos-anywhere look for it.
    out.set("environment.systemPackages", fleet::List{fleet::pkg("nixos-facter")});
    stateVersion(host, release, out);
    network(out);
    // Without the stub for programs of 32 bits, which takes a second set of packages.
    out.set("environment.ldso32", fleet::Value(), kBeforeFallback);
    out.set("nix.daemonCPUSchedPolicy", "batch", kWeak);
    out.set("nix.daemonIOSchedClass", "idle", kWeak);
    out.set("nix.daemonIOSchedPriority", 7, kWeak);
    // Pools are imported by the id of the host; it is the one installers have, too.
    out.set("networking.hostId", "8425e349", kWeak);
    out.set("boot.zfs.forceImportRoot", false, kWeak);
    const auto zfs = out.when(fleet::isTrue("boot.zfs.enabled"));
    zfs.set("services.zfs.autoScrub.enable", true, kWeak);
    zfs.set("services.zfs.autoSnapshot.enable", true, kWeak);
    zfs.set("services.zfs.autoSnapshot.monthly", 1, kWeak);
  }

  static fleet::List tools() {
    return fleet::List{fleet::pkg("dnsutils"), fleet::pkg("tcpdump"), fleet::pkg("curl"),
                       fleet::pkg("jq"),       fleet::pkg("htop"),    fleet::pkg("git")};
  }

  static void nixSettings(bool home, fleet::Contribution& out) {
    const auto of = [](const char* name) { return fleet::at("nix.settings", {name}); };
    if (home) out.set("nix.package", fleet::pkg("nix"), kWeak);
    out.set(of("experimental-features"), fleet::List{"nix-command", "flakes"});
    out.set(of("connect-timeout"), 5, kWeak);
    out.set(of("log-lines"), 25, kWeak);
    out.set(of("builders-use-substitutes"), true, kWeak);
    if (home) return;  // what follows is the daemon's business
    out.set(of("min-free"), 512 * kMiB, kWeak);
    out.set(of("max-free"), 3000 * kMiB, kWeak);
  }

  static void network(fleet::Contribution& out) {
    out.set("networking.useNetworkd", true, kWeak);
    // A machine that waits for a cable does not boot.
    out.set("systemd.network.wait-online.enable", false, kWeak);
    out.set("systemd.services.NetworkManager-wait-online.enable", false, kWeak);
    out.set("networking.useHostResolvConf", false, kBeforeFallback);
    out.set("networking.firewall.allowPing", true, kWeak);
    // Names in the local network: on the links that NixOS sets up by itself.
    out.set("networking.firewall.allowedUDPPorts", fleet::List{5353});
    const auto links = out.when(fleet::isTrue("networking.useNetworkd") && fleet::isTrue("networking.useDHCP"));
    for (const char* link : {"99-ethernet-default-dhcp", "99-wireless-client-dhcp"})
      links.set(fleet::at("systemd.network.networks", {link, "networkConfig", "MulticastDNS"}), true, kWeak);
  }

  // The release a machine began with; until it is kept in the repository, that of new machines.
  void stateVersion(const fleet::HostView& host, const std::string& release, fleet::Contribution& out) const {
    fleet::Generator("state-version")
        .open("version")
        .builtin("text", {{"file", "version"}, {"text", release}})
        .addTo(out);
    const auto* kept = fleet::publicValueOf(fleet(), host.name, "state-version", "version");
    // A file that was written by hand ends with a new line.
    const bool lines = kept && kept->find('\n') != std::string::npos;
    if (!kept)
      out.set("system.stateVersion", release, kWeak);
    else if (lines)
      out.set("system.stateVersion",
              fleet::expr("lib.trim config.clan.core.vars.generators.state-version.files.version.value"), kWeak);
    else
      out.set("system.stateVersion", fleet::secretValue("state-version", "version"), kWeak);
  }
};

}  // namespace

FLEET_PLUGIN(RecommendedDefaults);
