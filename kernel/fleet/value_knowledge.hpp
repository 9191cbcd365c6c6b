// How much of one value is known.
#pragma once
#include <cstdint>

#include "kernel/lang/evaluator.hpp"

namespace fleetd::fleet {

enum class ValueKnowledge : std::uint8_t {
  Known,
  Packages,  // all but packages, paths in the store and what is made of them
  Residual,  // it depends on what only Nix can tell
};

// Looks at all of the value, within bounds: what is too large to be looked at is residual.
ValueKnowledge knowledgeOf(lang::Evaluator& ev, lang::Value v);

}  // namespace fleetd::fleet
