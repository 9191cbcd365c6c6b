// recommended-defaults: what most machines want, weaker than what anybody else says.
#include <algorithm>

#include <fleet/cxx/plugin.hpp>
#include <fleet/cxx/service.hpp>

namespace {

constexpr std::int32_t kWeak = fleet::Priority::fallback;
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
  static constexpr const char* kReads[] = {"boot.zfs.enabled", nullptr};
  static constexpr const char* kWrites[] = {"boot.zfs.forceImportRoot",
                                            "documentation",
                                            "environment.stub-ld.enable",
                                            "environment.systemPackages",
                                            "home.packages",
                                            "networking",
                                            "nix",
                                            "services.resolved",
                                            "services.zfs",
                                            "system.stateVersion",
                                            "systemd.network.wait-online.enable",
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

  RecommendedDefaults() { role("default", "Machines that get the defaults.", &RecommendedDefaults::add); }

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

  static void give(const fleet::HostView& host, const std::string& release, const std::string& domain,
                   fleet::Contribution& out) {
    nixSettings(host.hostClass == "home", out);
    if (host.hostClass == "home") {
      out.set("home.packages", tools());
      return;
    }
    out.set("environment.systemPackages", tools());
    if (host.hostClass == "darwin") {
      out.set("system.stateVersion", kDarwinStateVersion, kWeak);
      return;
    }
    if (!domain.empty()) out.set("networking.domain", domain, kWeak);
    stateVersion(release, out);
    network(out);
    for (const char* what : {"documentation.doc.enable", "documentation.info.enable", "environment.stub-ld.enable"})
      out.set(what, false, kWeak);
    out.set("nix.daemonCPUSchedPolicy", "batch", kWeak);
    out.set("nix.daemonIOSchedClass", "idle", kWeak);
    out.set("nix.daemonIOSchedPriority", 7, kWeak);
    // Pools are imported by the id of the host; it is the one installers have, too.
    out.set("networking.hostId", "8425e349", kWeak);
    out.set("boot.zfs.forceImportRoot", false, kWeak);
    const auto zfs = out.when(fleet::isTrue("boot.zfs.enabled"));
    zfs.set("services.zfs.autoScrub.enable", true, kWeak);
    zfs.set("services.zfs.autoSnapshot.enable", true, kWeak);
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
    // Names in the local network.
    out.set("services.resolved.extraConfig", "MulticastDNS=yes\n", kWeak);
    out.set("networking.firewall.allowedUDPPorts", fleet::List{5353});
  }

  static void stateVersion(const std::string& release, fleet::Contribution& out) {
    fleet::Generator("state-version")
        .open("version")
        .builtin("text", {{"file", "version"}, {"text", release}})
        .addTo(out);
    out.set("system.stateVersion", fleet::secretValue("state-version", "version"), kWeak);
  }
};

}  // namespace

FLEET_PLUGIN(RecommendedDefaults);
