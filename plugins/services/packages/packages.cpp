// packages: packages by name, on machines of every class.
#include <algorithm>

#include <fleet/cxx/plugin.hpp>
#include <fleet/cxx/service.hpp>

namespace {

struct Settings {
  std::vector<std::string> packages;
  static constexpr auto schema() {
    return fleet::options(fleet::option("packages", &Settings::packages,
                                        "Packages to install, as attribute paths: \"python3Packages.requests\"."));
  }
};

bool isAttributePath(const std::string& name) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
           c == '\'' || c == '.';
  };
  return !name.empty() && name.front() != '.' && name.back() != '.' && name.find("..") == std::string::npos &&
         std::all_of(name.begin(), name.end(), allowed);
}

class Packages final : public fleet::Service<Packages> {
  static constexpr const char* kClasses[] = {"nixos", "darwin", "home", nullptr};
  static constexpr const char* kWrites[] = {"environment.systemPackages", "home.packages", nullptr};

 public:
  static constexpr const char* exportName = "clan-core/packages";
  static constexpr auto manifest = fleet::manifest({.id = "packages",
                                                    .name = "Packages",
                                                    .version = "1.0.0",
                                                    .description = "Packages by name",
                                                    .platforms = kClasses,
                                                    .writes = kWrites});

  Packages() { role("default", "Machines that get the packages.", &Packages::install); }

 private:
  fleet::Result<void> install(const fleet::Member<Settings>& member, fleet::Contribution& out) const {
    fleet::List list;
    for (const auto& name : member.settings.packages) {
      if (!isAttributePath(name))
        return fleet::Error{FLEET_E_SCHEMA,
                            "PKG01",
                            "packages",
                            "`" + name + "` is no attribute path of a package",
                            "write names such as \"hello\" or \"python3Packages.requests\"",
                            0};
      list.push_back(fleet::pkg(name));
    }
    if (!list.empty()) out.set(member.isHome() ? "home.packages" : "environment.systemPackages", list);
    return {};
  }
};

}  // namespace

FLEET_PLUGIN(Packages);
