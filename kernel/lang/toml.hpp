// TOML 1.0 as a value: builtins.fromTOML.
#pragma once
#include <string_view>

#include "kernel/lang/evaluator.hpp"

namespace fleetd::lang {

// The value of a TOML document, or an error of kind Data. Dates and times are refused, as Nix does by default.
Value fromToml(Evaluator& ev, std::string_view text);

}  // namespace fleetd::lang
