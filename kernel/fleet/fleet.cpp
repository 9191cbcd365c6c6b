// Fleet: opening, looking hosts up.
#include "kernel/fleet/fleet.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "kernel/base/clock.hpp"
#include "kernel/base/json.hpp"
#include "kernel/base/suggest.hpp"
#include "kernel/base/text.hpp"
#include "kernel/compose/compose.hpp"
#include "kernel/fleet/cohorts.hpp"
#include "kernel/fleet/inputs.hpp"
#include "kernel/fleet/intrinsics.hpp"
#include "kernel/fleet/loader.hpp"
#include "kernel/fleet/lock.hpp"
#include "kernel/lang/scope.hpp"

namespace fleetd::fleet {

std::string_view kindName(Kind kind) {
  switch (kind) {
    case Kind::Flake: return "flake";
    case Kind::Modules: return "modules";
    case Kind::FleetJson: return "fleet.json";
  }
  return "";
}

Fleet::Fleet(std::string root, base::SourceMap& sources, base::SymbolTable& symbols)
    : root_(std::move(root)), evaluator_(std::make_unique<lang::Evaluator>(sources, symbols, lang::Purity::Pure)) {
  const auto slash = root_.rfind('/');
  name_ = slash == std::string::npos ? root_ : root_.substr(slash + 1);
  compose_ = &compose::installCompose(*evaluator_);
  intrinsics_ = std::make_unique<Intrinsics>(*evaluator_);
}

Fleet::~Fleet() = default;

Result<std::unique_ptr<Fleet>> Fleet::open(const OpenOptions& options, base::SourceMap& sources,
                                           base::SymbolTable& symbols, base::Diagnostics& diagnostics) {
  std::unique_ptr<Fleet> fleet(new Fleet(options.directory, sources, symbols));
  if (options.prepare) options.prepare(*fleet);
  const base::Stopwatch watch;
  Loader loader(*fleet, options.overrides, diagnostics);
  FLEETD_TRY(loader.run());
  fleet->stages_.push_back({"read", static_cast<std::uint64_t>(watch.elapsed().count())});
  return fleet;
}

namespace {

// What somebody typed: one line, and not a long one.
std::string shown(std::string_view name) {
  constexpr std::size_t kMost = 120;
  std::string out = base::sanitize(name.substr(0, kMost));
  std::replace(out.begin(), out.end(), '\n', ' ');
  if (out.empty()) return "without a name";
  return name.size() > kMost ? out + "…" : out;
}

}  // namespace

Result<const Host*> Fleet::findHost(std::string_view name) const {
  const Host* found = nullptr;
  for (const Host& host : hosts_) {
    if (name != host.name && name != host.klass + ":" + host.name) continue;
    if (found && name == host.name)
      return Error{base::Code::FL0503,
                   fmt::format("several classes have a host {}", name),
                   fmt::format("write {}:{} or {}:{}", found->klass, name, host.klass, name),
                   {}};
    found = &host;
  }
  if (found) return found;
  std::vector<std::string_view> names;
  for (const Host& host : hosts_) names.push_back(host.name);
  const auto best = base::nearestNames(name, names, 3, 3);
  return Error{base::Code::FL0503,
               name.empty() ? std::string("no host has an empty name")
                            : fmt::format("the fleet has no host {}", shown(name)),
               best.empty() ? "`fleetd hosts` lists them" : base::didYouMean(best),
               {}};
}

}  // namespace fleetd::fleet
