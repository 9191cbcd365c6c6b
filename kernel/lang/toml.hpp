// TOML texts as values (builtins.fromTOML). Dates and times are refused, as Nix does by default.
#pragma once
#include <string_view>

#include "kernel/lang/evaluator.hpp"

namespace fleetd::lang {

// Errors are of kind Data.
Value fromToml(Evaluator& ev, std::string_view text);

}  // namespace fleetd::lang
