// Values of generators that the fleet does not have yet.
#pragma once
#include <string>
#include <vector>

#include "kernel/fleet/composed_host.hpp"
#include "kernel/lang/evaluator.hpp"

namespace fleetd::render {

// Names of a machine's generators of which a value or a secret is missing, sorted. Secrets that lie outside of the
// fleet are taken to be there.
std::vector<std::string> missingValues(lang::Evaluator& ev, fleet::ComposedHost& composed);

}  // namespace fleetd::render
