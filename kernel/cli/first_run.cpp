// Words for a first look.
#include "kernel/cli/first_run.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "kernel/base/file.hpp"
#include "kernel/base/text.hpp"
#include "kernel/fleet/coverage.hpp"
#include "kernel/render/build_tree.hpp"

namespace fleetd::cli {

namespace {

std::string_view kindText(fleet::Kind kind) {
  switch (kind) {
    case fleet::Kind::Flake: return "this is a flake";
    case fleet::Kind::Modules: return "this is a repository of modules";
    case fleet::Kind::FleetJson: return "this is a repository of modules with a fleet.json";
  }
  return "";
}

std::string_view nextStep(const fleet::Fleet& fleet, const FirstLook& look) {
  const bool isFlake = fleet.kind() == fleet::Kind::Flake;
  if (fleet.hosts().empty())
    return isFlake ? "next: give it nixosConfigurations, darwinConfigurations, homeConfigurations, a clan or a hive of "
                     "colmena; fleetd init DIR makes a new fleet\n"
                   : "next: fleetd init DIR, which makes a new fleet\n";
  if (look.errors) return "next: fleetd check, until there are no errors\n";
  return isFlake            ? "next: fleetd adopt, which shows that fleetd builds the same and changes nothing\n"
         : look.ungenerated ? "next: fleetd vars generate, then fleetd build\n"
                            : "next: fleetd build\n";
}

}  // namespace

void printFirstRun(Context& cx, const fleet::Fleet& fleet, const FirstLook& look) {
  const auto tree = render::defaultTree(fleet.name());
  if (!tree || base::isDirectory(*tree)) return;
  std::set<std::string> origins;
  for (const fleet::Host& host : fleet.hosts()) origins.insert(host.origin);
  std::string text(kindText(fleet.kind()));
  if (!origins.empty())
    text += " with hosts from " + base::join(std::vector<std::string>(origins.begin(), origins.end()), ", ");
  if (look.definitions > 0)
    text += fmt::format("; {:.0f} % of what they define is known without Nix",
                        fleet::percent(look.definitions - std::min(look.unknown, look.definitions), look.definitions));
  cx.out.message(fmt::format("{}\n{}", base::sanitize(text), nextStep(fleet, look)));
}

}  // namespace fleetd::cli
