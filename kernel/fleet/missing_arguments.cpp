// Most are slips: a name that specialArgs have otherwise, or specialArgs that were forgotten.
#include "kernel/fleet/missing_arguments.hpp"

#include <algorithm>
#include <set>
#include <vector>

#include <fmt/format.h>

#include "kernel/base/suggest.hpp"
#include "kernel/base/text.hpp"
#include "kernel/compose/evaluation.hpp"

namespace fleetd::fleet {

namespace {

// What platforms give to modules beside what fleetd gives in their place.
constexpr std::string_view kPlatformArguments[] = {
    "baseModules",   "confinement", "darwinConfig", "extraModules", "modules",   "modulesPath", "nixosConfig",
    "noUserModules", "osConfig",    "pkgsPath",     "pkgs",         "pkgs_i686", "super",       "utils"};

}  // namespace

void tellMissingArguments(lang::Evaluator& ev, const compose::Evaluation& evaluation, const Host& host,
                          base::Diagnostics& diagnostics) {
  const compose::Knowledge& known = evaluation.knowledge;
  if (known.imports || known.definitions) return;  // they may define _module.args
  std::set<base::Pos> told;
  std::vector<const compose::MissingArgument*> found;
  for (const auto* one = known.arguments; one; one = one->next) found.push_back(one);
  std::sort(found.begin(), found.end(), [](const auto* a, const auto* b) { return a->pos < b->pos; });
  for (const auto* one : found) {
    const std::string_view name = ev.text(one->name);
    if (one->pos == 0 || !told.insert(one->pos).second ||
        std::find(std::begin(kPlatformArguments), std::end(kPlatformArguments), name) != std::end(kPlatformArguments))
      continue;
    base::Diagnostic d;
    d.code = base::Code::FL0519;
    d.severity = base::Severity::Warning;
    d.message = fmt::format("nobody passes the argument `{}` to this module", base::sanitize(name));
    d.span = {one->pos, one->pos + static_cast<base::Pos>(name.size())};
    d.host = host.name;
    std::vector<std::string_view> candidates;
    if (const lang::Value special = ev.force(host.specialArgs); special.is(lang::Tag::Attrs))
      for (const lang::Attr& attr : *special.attrs) candidates.push_back(ev.text(attr.name));
    if (const auto nearest = base::nearestNames(name, candidates, 3, 2); !nearest.empty())
      d.notes.push_back(base::didYouMean(nearest));
    d.notes.emplace_back(host.klass == "home" ? "extraSpecialArgs or _module.args have it where it is passed"
                                              : "specialArgs or _module.args have it where it is passed");
    diagnostics.add(std::move(d));
  }
}

}  // namespace fleetd::fleet
