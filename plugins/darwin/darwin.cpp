// The platform nix-darwin: core options, findings about a composed host, and its generated modules.
#include <string>

#include "plugins/common/platform.hpp"
#include "plugins/darwin/schema.hpp"

namespace {

constexpr std::int64_t kNoVersion = 1000;  // state versions of nix-darwin are small numbers

// Whether a set holds anything but null and false.
bool holdsAnything(const fleet::Value* value) {
  if (!value || value->isNil()) return false;
  if (const auto* flag = value->get<bool>()) return *flag;
  const auto* set = value->get<fleet::Attrs>();
  if (!set) return true;
  for (const auto& attr : *set)
    if (!attr.value.isNil() && (!attr.value.get<fleet::Attrs>() || holdsAnything(&attr.value))) return true;
  return false;
}

class Darwin final : public fleet::PlatformPlugin<Darwin> {
  static constexpr const char* platforms[] = {"darwin", nullptr};
  static constexpr const char* reads[] = {"environment.userLaunchAgents", "homebrew.enable",     "homebrew.user",
                                          "launchd.user.agents",          "networking.hostName", "system.defaults",
                                          "system.primaryUser",           "system.stateVersion", nullptr};
  static constexpr const char* writes[] = {"*", nullptr};

 public:
  static constexpr auto manifest = fleet::manifest({.role = FLEET_ROLE_PLATFORM,
                                                    .flags = FLEET_MF_PURE | FLEET_MF_IN_PROCESS,
                                                    .id = "darwin",
                                                    .name = "nix-darwin",
                                                    .version = "0.1.0",
                                                    .description = "Macs managed by nix-darwin",
                                                    .optionRoot = "",
                                                    .platforms = platforms,
                                                    .reads = reads,
                                                    .writes = writes});

 private:
  fleet::Result<fleet::Schema> schema() const override {
    platform::Declare out;
    darwin::declareSystem(out);
    darwin::declareNix(out);
    darwin::declareDefaults(out);
    darwin::declareHomebrew(out);
    darwin::declareLaunchd(out);
    return fleet::Schema{out.take(), {}};
  }

  fleet::Result<void> check(const fleet::ComposedHost& host) const override {
    checkState(host);
    checkName(host);
    checkUser(host);
    return {};
  }

  void checkState(const fleet::ComposedHost& host) const {
    const auto* state = platform::find(host, {"system", "stateVersion"});
    if (!state && !host.partial)
      report(FLEET_SEVERITY_NOTE,
             platform::finding("DARWIN01", "system.stateVersion", "the fleet sets no system.stateVersion",
                               "set it to the version nix-darwin had when the host was installed: a small number"));
    const auto* version = state ? state->get<std::int64_t>() : nullptr;
    if (version && *version >= kNoVersion)
      report(FLEET_SEVERITY_NOTE, platform::finding("DARWIN02", "system.stateVersion",
                                                    "system.stateVersion is " + std::to_string(*version) +
                                                        ", which is no version of nix-darwin",
                                                    "versions of nix-darwin are small numbers; releases such "
                                                    "as 24.11 belong to NixOS and home-manager"));
  }

  void checkName(const fleet::ComposedHost& host) const {
    const auto* value = platform::find(host, {"networking", "hostName"});
    const auto* name = value ? value->get<std::string>() : nullptr;
    if (name && *name != host.name && !host.name.starts_with(*name + ".") && !name->starts_with(host.name + "."))
      report(FLEET_SEVERITY_NOTE,
             platform::finding("DARWIN03", "networking.hostName",
                               "the host is called " + host.name + " in the fleet and " + *name + " by itself",
                               "give both the same name, or expect tools to find one and not the other"));
  }

  void checkUser(const fleet::ComposedHost& host) const {
    const auto* user = platform::find(host, {"system", "primaryUser"});
    if ((user && !user->isNil()) || host.partial) return;
    // nix-darwin asks for a user where a domain belongs to one.
    const auto needsNone = [](const std::string& domain) {
      for (const char* each : {"CustomSystemPreferences", "SoftwareUpdate", "alf", "iCal", "loginwindow", "smb"})
        if (domain == each) return true;
      return false;
    };
    std::string found;
    if (const auto* defaults = platform::find(host, {"system", "defaults"}); defaults && defaults->get<fleet::Attrs>())
      for (const auto& domain : *defaults->get<fleet::Attrs>())
        if (found.empty() && !needsNone(domain.name) && holdsAnything(&domain.value))
          found = "system.defaults." + domain.name;
    if (found.empty() && !platform::find(host, {"homebrew", "user"}) &&
        holdsAnything(platform::find(host, {"homebrew", "enable"})))
      found = "homebrew.enable";
    for (const fleet::Path& path :
         {fleet::Path{"launchd", "user", "agents"}, fleet::Path{"environment", "userLaunchAgents"}})
      if (found.empty() && holdsAnything(platform::find(host, path))) found = fleet::formatPath(path);
    if (!found.empty())
      report(FLEET_SEVERITY_WARNING,
             platform::finding("DARWIN04", "system.primaryUser",
                               found + " applies to one user, and system.primaryUser names none",
                               "set system.primaryUser to the account it is meant for"));
  }

  fleet::Result<std::vector<fleet::RenderedFile>> render(const fleet::ComposedHost& host) const override {
    return platform::renderHost(host);
  }
};

}  // namespace

FLEET_PLUGIN(Darwin);
