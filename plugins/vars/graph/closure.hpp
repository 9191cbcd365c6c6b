// Which generators have to run, and in which order.
#pragma once
#include <set>
#include <string>
#include <vector>

#include "plugins/vars/graph/declaration.hpp"
#include "plugins/vars/store/store.hpp"

namespace fleetd::vars {

struct Wanted {
  std::set<std::string> machines;    // empty: all
  std::set<std::string> generators;  // by name; empty: all that need it
  bool regenerate = false;           // also those that are complete
  bool changedScripts = false;       // also those whose script is another one now

  bool concerns(const std::set<std::string>& some) const;  // machines
  bool concerns(const GeneratorDecl& decl) const;
};

// Error VARS45 for a wanted generator that no wanted machine declares.
fleet::Result<void> namesAreKnown(const Declarations& all, const Wanted& wanted);

// "missing value hostname", "changed validation", "changed parameters", or empty when a generator's files are complete
// and made as declared. Of values that something else made it is not known how.
std::string reasonToRun(const GeneratorDecl& decl, const Store& store);
// Whether the values were made by another script than the one that is declared. Reported, and no reason by itself: a
// script often changes without meaning other values.
bool isScriptChanged(const GeneratorDecl& decl, const Store& store);

// The generator a dependency of `decl` means: the machine's own, or a shared one. Null: there is none.
const GeneratorDecl* dependencyOf(const Declarations& all, const GeneratorDecl& decl, const std::string& name);

// Places in the order to run them: what is wanted, what it needs that is missing, and everything that depends on it.
// Errors: VARS42 for unknown dependencies, VARS43 for a shared generator that depends on one of a machine, VARS44 for a
// cycle, VARS45 for a wanted generator nobody declares, VARS65 for one a plugin keeps, and for what depends on one.
fleet::Result<std::vector<std::string>> toRun(const Declarations& all, const Store& store, const Wanted& wanted);

}  // namespace fleetd::vars
