// Closure and order.
#include "plugins/vars/graph/closure.hpp"

#include <algorithm>
#include <map>

#include "plugins/vars/age/primitives.hpp"

namespace fleetd::vars {

namespace {

class Closure {
 public:
  Closure(const Declarations& all, const Store& store, const Wanted& wanted)
      : all_(all), store_(store), wanted_(wanted) {}

  fleet::Result<std::vector<std::string>> run() {
    FLEET_TRY(resolve());
    FLEET_TRY(choose());
    for (std::size_t before = 0; before != chosen_.size();) {
      before = chosen_.size();
      addMissing();
      addDependents();
    }
    std::vector<std::string> order;
    for (const auto& [place, decl] : all_) FLEET_TRY(visit(place, order));
    std::erase_if(order, [&](const std::string& place) { return !chosen_.contains(place); });
    return order;
  }

 private:
  fleet::Result<void> resolve() {
    for (const auto& [place, decl] : all_)
      for (const auto& name : decl.dependencies) {
        const GeneratorDecl* found = dependencyOf(all_, decl, name);
        if (!found) return unknown(decl, name);
        if (decl.machine.empty() && !found->machine.empty())
          return age::error(
              "VARS43",
              "the shared generator " + decl.name + " depends on " + name + ", which each machine has its own of",
              "share " + name + ", too");
        if (!found->store.empty())
          return age::error(
              "VARS65",
              "the generator " + decl.name + " depends on " + name + ", which the plugin " + found->store + " keeps",
              "values are made of values that are kept here");
        needs_[place].push_back(found->place);
        dependents_[found->place].push_back(place);
      }
    return {};
  }

  fleet::Error unknown(const GeneratorDecl& decl, const std::string& name) const {
    std::string known;
    for (const auto& [place, other] : all_)
      if (!decl.scope.empty() ? other.scope == decl.scope
                              : other.scope.empty() && (other.machine.empty() || other.machine == decl.machine))
        known += (known.empty() ? "" : ", ") + other.name;
    return age::error("VARS42", "the generator " + decl.place + " depends on `" + name + "`, which there is not",
                      "there are: " + known);
  }

  fleet::Result<void> choose() {
    for (const auto& [place, decl] : all_) {
      if (!wanted_.concerns(decl)) continue;
      if (!decl.store.empty()) {
        if (!wanted_.generators.contains(decl.name)) continue;
        return age::error("VARS65", decl.name + " is kept by the plugin " + decl.store + ", which makes it, too",
                          "change it where that plugin has it");
      }
      if (wanted_.regenerate || !reasonToRun(decl, store_).empty() ||
          (wanted_.changedScripts && isScriptChanged(decl, store_)))
        chosen_.insert(place);
    }
    return namesAreKnown(all_, wanted_);
  }

  void addMissing() {
    std::vector<std::string> open(chosen_.begin(), chosen_.end());
    while (!open.empty()) {
      const std::string place = open.back();
      open.pop_back();
      for (const auto& need : needs_[place])
        if (!reasonToRun(all_.at(need), store_).empty() && chosen_.insert(need).second) open.push_back(need);
    }
  }

  // Whether there is anything of a generator that could be out of date.
  bool isStored(const GeneratorDecl& decl) const {
    return std::any_of(decl.files.begin(), decl.files.end(), [&](const auto& file) {
      return store_.hasSecret(decl.place, file.first) || store_.hasPublic(decl.place, file.first);
    });
  }

  // What rests on values that are made anew, on other machines, too. What was never made waits until it is asked for.
  void addDependents() {
    std::vector<std::string> open(chosen_.begin(), chosen_.end());
    while (!open.empty()) {
      const std::string place = open.back();
      open.pop_back();
      for (const auto& dependent : dependents_[place])
        if (isStored(all_.at(dependent)) && chosen_.insert(dependent).second) open.push_back(dependent);
    }
  }

  // Depth first without recursion over data of others: the depth is bounded by the number of generators, and a cycle
  // is met on the way.
  fleet::Result<void> visit(const std::string& place, std::vector<std::string>& order) {
    if (done_.contains(place)) return {};
    std::vector<std::pair<std::string, std::size_t>> path{{place, 0}};
    std::set<std::string> running{place};
    while (!path.empty()) {
      auto& [at, next] = path.back();
      const auto& needs = needs_[at];
      if (next == needs.size()) {
        order.push_back(at);
        done_.insert(at);
        running.erase(at);
        path.pop_back();
        continue;
      }
      const std::string need = needs[next++];
      if (done_.contains(need)) continue;
      if (!running.insert(need).second) {
        std::string text;
        for (const auto& [step, index] : path) text += step + " -> ";
        return age::error("VARS44", "generators depend on each other in a cycle: " + text + need);
      }
      path.emplace_back(need, 0);
    }
    return {};
  }

  const Declarations& all_;
  const Store& store_;
  const Wanted& wanted_;
  std::map<std::string, std::vector<std::string>> needs_, dependents_;
  std::set<std::string> chosen_, done_;
};

}  // namespace

bool Wanted::concerns(const std::set<std::string>& some) const {
  return machines.empty() ||
         std::any_of(some.begin(), some.end(), [&](const std::string& machine) { return machines.contains(machine); });
}

bool Wanted::concerns(const GeneratorDecl& decl) const {
  return (generators.empty() || generators.contains(decl.name)) && concerns(decl.machines);
}

fleet::Result<void> namesAreKnown(const Declarations& all, const Wanted& wanted) {
  constexpr std::size_t kListed = 8, kLongest = 80;
  std::set<std::string> known;
  for (const auto& [place, decl] : all)
    if (wanted.concerns(decl.machines)) known.insert(decl.name);
  for (const auto& name : wanted.generators) {
    if (known.contains(name)) continue;
    std::string hint;
    std::size_t listed = 0;
    for (const auto& one : known)
      if (listed < kListed) hint += (listed++ ? ", " : "there are: ") + one;
    if (known.size() > kListed) hint += " and " + std::to_string(known.size() - kListed) + " more";
    return age::error("VARS45",
                      "no machine that was asked for declares the generator `" + name.substr(0, kLongest) + "`",
                      known.empty() ? "they declare none" : hint);
  }
  return {};
}

std::string reasonToRun(const GeneratorDecl& decl, const Store& store) {
  if (!decl.store.empty()) return {};  // nothing here makes it
  for (const auto& [file, kind] : decl.files)
    if (!(kind.secret ? store.hasSecret(decl.place, file) : store.hasPublic(decl.place, file)))
      return std::string("missing ") + (kind.secret ? "secret " : "value ") + file;
  if (!decl.files.empty() && store.readHash(decl.place) != decl.validationHash) return "changed validation";
  const std::string made = store.readDefinition(decl.place);
  if (!decl.builtin.isNil() && made.starts_with("builtin ") && made != decl.definitionHash) return "changed parameters";
  return {};
}

bool isScriptChanged(const GeneratorDecl& decl, const Store& store) {
  if (!decl.script || !decl.builtin.isNil()) return false;
  const std::string made = store.readDefinition(decl.place);
  return made.starts_with("script ") && made != decl.definitionHash;
}

const GeneratorDecl* dependencyOf(const Declarations& all, const GeneratorDecl& decl, const std::string& name) {
  if (!decl.scope.empty()) {
    const auto alias = decl.aliases.find(name);
    const auto meant = alias == decl.aliases.end() ? all.end() : all.find(alias->second);
    return meant == all.end() ? nullptr : &meant->second;
  }
  if (!decl.machine.empty())
    if (const auto own = all.find(placeOf(decl.machine, name, false)); own != all.end()) return &own->second;
  if (const auto shared = all.find(placeOf({}, name, true)); shared != all.end()) return &shared->second;
  // For the message: somebody's own.
  if (decl.machine.empty())
    for (const auto& machine : decl.machines)
      if (const auto own = all.find(placeOf(machine, name, false)); own != all.end()) return &own->second;
  return nullptr;
}

fleet::Result<std::vector<std::string>> toRun(const Declarations& all, const Store& store, const Wanted& wanted) {
  return Closure(all, store, wanted).run();
}

}  // namespace fleetd::vars
