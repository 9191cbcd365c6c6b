// Known values, and what nix-darwin assumes without them.
#include "kernel/cli/mac_wanted.hpp"

#include "kernel/render/mac_facts.hpp"
#include "kernel/render/views.hpp"

namespace fleetd::cli {

namespace {

using plugin::PluginValue;

constexpr std::int64_t kBuildUsers = 350;
constexpr std::int64_t kBuildGroup = 350, kOldBuildGroup = 30'000, kNewGroupSince = 5;

class Values {
 public:
  Values(Context& cx, fleet::ComposedHost& host) : ev_(cx.workspace().fleet().evaluator()), host_(host) {}

  PluginValue at(const sdk::Path& path) { return render::everythingBelow(ev_, host_, path); }
  std::optional<std::int64_t> number(const sdk::Path& path) {
    const auto value = at(path);
    const auto* held = value.get<std::int64_t>();
    return held ? std::optional(*held) : std::nullopt;
  }
  bool flag(const sdk::Path& path, bool otherwise) {
    const auto value = at(path);
    const auto* held = value.get<bool>();
    return held ? *held : otherwise;
  }

 private:
  lang::Evaluator& ev_;
  fleet::ComposedHost& host_;
};

std::vector<std::string> textsOf(const PluginValue& value) {
  std::vector<std::string> out;
  if (const auto* list = value.get<sdk::List>())
    for (const auto& one : *list)
      if (const auto* text = one.get<std::string>()) out.push_back(*text);
  return out;
}

}  // namespace

Result<deploy::MacWanted> macWanted(Context& cx, const fleet::Host& host) {
  const auto composed = cx.compose(host);
  Values values(cx, *composed);
  const std::string& inventory = cx.workspace().services().inventory().directory;
  FLEETD_TRY_ASSIGN(const auto facts, render::readMacFacts(inventory.empty() ? cx.root() : inventory, host.name));
  deploy::MacWanted out;
  out.managesNix = values.flag({"nix", "enable"}, true);
  out.checksBuildUsers = values.flag({"system", "checks", "verifyBuildUsers"}, true) &&
                         !values.flag({"nix", "settings", "auto-allocate-uids"}, false);
  const auto release = values.number({"system", "stateVersion"});
  out.buildGroup = values.number({"ids", "gids", "nixbld"});
  if (!out.buildGroup) out.buildGroup = facts.buildGroup;
  if (!out.buildGroup && release) out.buildGroup = *release < kNewGroupSince ? kOldBuildGroup : kBuildGroup;
  out.buildUsers = values.number({"ids", "uids", "nixbld"});
  if (!out.buildUsers) out.buildUsers = facts.buildUsers;
  if (!out.buildUsers) out.buildUsers = kBuildUsers;
  const auto primary = values.at({"system", "primaryUser"});
  if (const auto* name = primary.get<std::string>()) out.primaryUser = *name;
  for (const std::string& name : textsOf(values.at({"users", "knownUsers"})))
    if (const auto uid = values.number({"users", "users", name, "uid"})) out.users[name] = *uid;
  const auto settings = values.at({"nix", "settings"});
  if (const auto* set = settings.get<sdk::Attrs>())
    for (const auto& [name, value] : *set) out.settings.push_back(name);
  const auto more = values.at({"nix", "extraOptions"});
  if (const auto* text = more.get<std::string>())
    for (std::size_t at = 0; at < text->size();) {
      const auto end = std::min(text->find('\n', at), text->size());
      const auto equals = text->find_first_of(" =", at);
      if (equals < end) out.settings.push_back(text->substr(at, equals - at));
      at = end + 1;
    }
  return out;
}

}  // namespace fleetd::cli
