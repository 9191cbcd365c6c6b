// The options a definition reads, as its text says: config.a.b, and cfg.c where `cfg` is bound to a part of config.
#pragma once
#include <string>
#include <vector>

#include "kernel/lang/evaluator.hpp"

namespace fleetd::fleet {

// Adds the paths ("services.web.port") that the code of a value selects from `config`. Only code that is still at hand
// is looked at.
void collectReferences(lang::Evaluator& ev, lang::Value v, std::vector<std::string>& out);

}  // namespace fleetd::fleet
