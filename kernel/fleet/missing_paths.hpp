// Paths a host's configuration names and that are not there.
#pragma once
#include <string>

#include "kernel/base/diagnostic.hpp"
#include "kernel/fleet/config_tree.hpp"
#include "kernel/fleet/host.hpp"

namespace fleetd::fleet {

// FL0518, once for each option and path below the fleet's root, for values the fleet gives. Whoever uses such a value
// copies the file to the store, which fails in the middle of a build. What `fleetd vars generate` makes is told of by
// others.
void tellMissingPaths(lang::Evaluator& ev, const ConfigNode& tree, const std::string& root, const Host& host,
                      base::Diagnostics& diagnostics);
// Whether it would tell of one in the tree.
bool hasMissingPath(lang::Evaluator& ev, const ConfigNode& tree, const std::string& root);

}  // namespace fleetd::fleet
