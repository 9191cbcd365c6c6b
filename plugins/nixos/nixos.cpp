// The platform NixOS: core options, findings about a composed host, and its generated modules.
#include <string>

#include "plugins/common/platform.hpp"
#include "plugins/nixos/schema.hpp"

namespace {

bool isRelease(const std::string& text) {
  const auto digit = [&](std::size_t at) { return text[at] >= '0' && text[at] <= '9'; };
  return text.size() == 5 && digit(0) && digit(1) && text[2] == '.' && digit(3) && digit(4);
}

class NixOS final : public fleet::PlatformPlugin<NixOS> {
  static constexpr const char* platforms[] = {"nixos", nullptr};
  static constexpr const char* reads[] = {"networking.hostName", "system.stateVersion", nullptr};
  static constexpr const char* writes[] = {"*", nullptr};

 public:
  static constexpr auto manifest = fleet::manifest({.role = FLEET_ROLE_PLATFORM,
                                                    .flags = FLEET_MF_PURE | FLEET_MF_IN_PROCESS,
                                                    .id = "nixos",
                                                    .name = "NixOS",
                                                    .version = "0.1.0",
                                                    .description = "Hosts that run NixOS",
                                                    .optionRoot = "",
                                                    .platforms = platforms,
                                                    .reads = reads,
                                                    .writes = writes});

 private:
  fleet::Result<fleet::Schema> schema() const override {
    platform::Declare out;
    nixos::declareSystem(out);
    nixos::declareNix(out);
    nixos::declareNetwork(out);
    nixos::declareAccounts(out);
    nixos::declareUnits(out);
    return fleet::Schema{out.take(), {}};
  }

  fleet::Result<void> check(const fleet::ComposedHost& host) const override {
    const auto* state = platform::find(host, {"system", "stateVersion"});
    const auto* release = state ? state->get<std::string>() : nullptr;
    if (!state && !host.partial)
      report(FLEET_SEVERITY_NOTE,
             platform::finding("NIXOS01", "system.stateVersion", "the fleet sets no system.stateVersion",
                               "set it to the release the host was installed with, so that data on disk is kept"));
    if (release && !isRelease(*release))
      report(FLEET_SEVERITY_NOTE,
             platform::finding("NIXOS02", "system.stateVersion",
                               "system.stateVersion is \"" + *release + "\", which is no release of NixOS",
                               "releases look like \"24.11\""));
    const auto* value = platform::find(host, {"networking", "hostName"});
    const auto* name = value ? value->get<std::string>() : nullptr;
    if (name && !name->empty() && *name != host.name && !host.name.starts_with(*name + "."))
      report(FLEET_SEVERITY_NOTE,
             platform::finding("NIXOS03", "networking.hostName",
                               "the host is called " + host.name + " in the fleet and " + *name + " by itself",
                               "give both the same name, or expect tools to find one and not the other"));
    return {};
  }

  fleet::Result<std::vector<fleet::RenderedFile>> render(const fleet::ComposedHost& host) const override {
    return platform::renderHost(host);
  }
};

}  // namespace

FLEET_PLUGIN(NixOS);
