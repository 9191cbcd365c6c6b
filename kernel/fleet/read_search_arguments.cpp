// What code asks for by name: variables of code that ran, and arguments that modules are given.
#include <algorithm>
#include <array>
#include <iterator>

#include <fmt/format.h>

#include "kernel/fleet/read_search.hpp"

namespace fleetd::fleet {

using lang::Evaluator;
using lang::Tag;
using lang::Value;

namespace {

// Facts about the source that come from fleetd/source.nix, which is a generated file.
constexpr std::array<std::string_view, 7> kFacts = {"rev",          "shortRev",         "dirtyRev", "dirtyShortRev",
                                                    "lastModified", "lastModifiedDate", "revCount"};

// Whether a path of names in the outputs of a flake may give modules. They may take `inputs`, and with it the fleet.
bool mayGiveModules(const Evaluator& ev, std::span<const base::Symbol> path) {
  return path.empty() || std::any_of(path.begin(), path.end(), [&](base::Symbol name) {
           const std::string_view text = ev.text(name);
           return text.ends_with("odules") || text.ends_with("odule");
         });
}

}  // namespace

void ReadSearch::variable(Value v, const Symbols& path, base::Pos at) {
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (done()) return;
    if (const void* id = identity(v); id && isKnown(id, std::span(path).subspan(i), at)) return;
    if (isSelf(v) && isFact(path[i])) return;
    // What makes a set is followed as a whole, where it is code.
    if (v.is(Tag::Thunk) && v.thunk->expr && !isSelf(v)) break;
    v = v.is(Tag::Thunk) ? ev_.force(v) : v;
    if (v.is(Tag::Attrs)) {
      const lang::Attr* attr = v.attrs->find(path[i]);
      if (!attr) return;
      v = attr->value;
    } else if (v.isUnknown()) {
      v = ev_.select(v, path[i], at);
      if (v.isError()) return;
    } else {
      return;
    }
  }
  value(v, at);
}

void ReadSearch::argument(base::Symbol name, const Symbols& path, base::Pos at) {
  if (by_ == By::Text) return argumentByText(name, path, at);
  if (known(name, path)) asked_.push_back({name, path, place_, at});
}

bool ReadSearch::isKnown(const void* id, std::span<const base::Symbol> path, base::Pos at) {
  if (!known_) return false;
  const auto it = known_->find(id);
  if (it == known_->end()) return false;
  if (!it->second.empty() && mayGiveModules(ev_, path))
    unknown(fmt::format("modules of the input {} may take `inputs`", it->second), at);
  return true;
}

bool ReadSearch::isFact(base::Symbol name) const {
  return std::find(kFacts.begin(), kFacts.end(), ev_.text(name)) != kFacts.end();
}

bool ReadSearch::known(base::Symbol name, const Symbols& path) {
  std::string key = std::to_string(name.id);
  for (const base::Symbol one : path) key += '.' + std::to_string(one.id);
  return argued_.insert(std::move(key)).second;
}

void ReadSearch::argumentByText(base::Symbol name, const Symbols& path, base::Pos at) {
  std::size_t next = 0;
  if (inputsNames.contains(std::string(ev_.text(name)))) {
    if (path.empty()) return unknown("`inputs` goes on as a whole", at);
    if (ev_.text(path[0]) != "self") return inputByText(path[0], std::span(path).subspan(1), at);
    next = 1;
  } else if (ev_.text(name) != "self") {
    return inputByText(name, path, at);
  }
  constexpr std::string_view kPlaces[] = {"outPath", "sourceInfo", "narHash"};
  if (next >= path.size()) return unknown("`self` goes on as a whole", at);
  const auto what = ev_.text(path[next]);
  if (std::find(std::begin(kPlaces), std::end(kPlaces), what) != std::end(kPlaces))
    return unknown(fmt::format("self.{} is all of the fleet", what), at);
  if (what == "inputs")
    argumentByText(ev_.symbol("inputs"), Symbols(path.begin() + static_cast<long>(next) + 1, path.end()), at);
}

void ReadSearch::inputByText(base::Symbol name, std::span<const base::Symbol> path, base::Pos at) {
  if (immodest.contains(std::string(ev_.text(name))) && mayGiveModules(ev_, path))
    unknown(fmt::format("modules of the input {} may take `inputs`", ev_.text(name)), at);
}

}  // namespace fleetd::fleet
