// The platform home-manager: core options, findings about a composed home, and its generated modules.
#include <string>

#include "plugins/common/platform.hpp"
#include "plugins/home/schema.hpp"

namespace {

class Home final : public fleet::PlatformPlugin<Home> {
  static constexpr const char* platforms[] = {"home", nullptr};
  static constexpr const char* reads[] = {"home.homeDirectory", "home.stateVersion", "home.username", nullptr};
  static constexpr const char* writes[] = {"*", nullptr};

 public:
  static constexpr auto manifest = fleet::manifest({.role = FLEET_ROLE_PLATFORM,
                                                    .flags = FLEET_MF_PURE | FLEET_MF_IN_PROCESS,
                                                    .id = "home",
                                                    .name = "home-manager",
                                                    .version = "0.1.0",
                                                    .description = "Homes managed by home-manager",
                                                    .optionRoot = "",
                                                    .platforms = platforms,
                                                    .reads = reads,
                                                    .writes = writes});

 private:
  fleet::Result<fleet::Schema> schema() const override {
    platform::Declare out;
    home::declareCore(out);
    home::declareUnits(out);
    home::declarePrograms(out);
    return fleet::Schema{out.take(), {}};
  }

  fleet::Result<void> check(const fleet::ComposedHost& host) const override {
    const auto missing = [&](const char* code, const char* name, const char* hint) {
      if (host.partial || platform::find(host, {"home", name})) return;
      const std::string path = std::string("home.") + name;
      report(FLEET_SEVERITY_NOTE, platform::finding(code, path.c_str(), "the home sets no " + path, hint));
    };
    missing("HOME01", "stateVersion", "set it to the release the home was made with; home-manager insists on it");
    missing("HOME02", "username", "a home that stands alone must say whose it is");
    missing("HOME03", "homeDirectory", "a home that stands alone must say where it is");
    return {};
  }

  fleet::Result<std::vector<fleet::RenderedFile>> render(const fleet::ComposedHost& host) const override {
    return platform::renderHost(host);
  }
};

}  // namespace

FLEET_PLUGIN(Home);
