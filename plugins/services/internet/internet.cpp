// internet: where machines are reached without an overlay network.
#include <fleet/cxx/plugin.hpp>
#include <fleet/cxx/service.hpp>

namespace {

constexpr std::int64_t kPriority = 2000;  // among networks; the highest is tried first

struct Settings {
  std::string host;
  fleet::Port port{22};
  std::optional<std::string> user;
  std::vector<std::string> jumphosts;
  static constexpr auto schema() {
    return fleet::options(fleet::option("host", &Settings::host, "Address or name of the machine."),
                          fleet::option("port", &Settings::port, "Port of its ssh server."),
                          fleet::option("user", &Settings::user, "Who logs in; root when it is null."),
                          fleet::option("jumphosts", &Settings::jumphosts, "Hosts on the way, nearest first."));
  }
};

class Internet final : public fleet::Service<Internet> {
 public:
  static constexpr const char* exportName = "clan-core/internet";
  static constexpr auto manifest = fleet::manifest({.id = "internet",
                                                    .name = "Internet",
                                                    .version = "1.0.0",
                                                    .description = "Addresses of machines on the internet"});

  Internet() {
    role("default", "Machines that are reached directly.", &Internet::nothing);
    exportsInterfaces({"networking", "peer"});
  }

 private:
  fleet::Result<void> nothing(const fleet::Member<Settings>&, fleet::Contribution&) const { return {}; }

  fleet::Result<void> exportsOf(const fleet::ExportContext& context, fleet::Exports& out) const override {
    out[scope(context.instance)]["networking"] = fleet::Attrs{{"priority", kPriority}};
    for (const auto& [role, members] : context.view.roles)
      for (const auto& [machine, value] : members.machines) {
        auto settings = fleet::read<Settings>(value);
        if (!settings) return fleet::under(machine, std::move(settings).error());
        fleet::Attrs peer{{"hosts", fleet::List{fleet::Attrs{{"plain", settings->host}}}},
                          {"port", settings->port.value}};
        if (settings->user) peer.set("user", *settings->user);
        std::string jumps;
        for (const auto& host : settings->jumphosts) jumps += (jumps.empty() ? "" : ",") + host;
        if (!jumps.empty()) peer.set("SSHOptions", fleet::List{"-J", jumps});
        out[scope(context.instance, role, machine)]["peer"] = std::move(peer);
      }
    return {};
  }
};

}  // namespace

FLEET_PLUGIN(Internet);
