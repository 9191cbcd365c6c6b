// Definitions in messages: at most five lines of each value, in Nix syntax.
#pragma once
#include <span>
#include <string>

#include "kernel/compose/model.hpp"

namespace fleetd::compose {

// The value as Nix text over as many lines as it needs; parts nested deeper than ten levels are not evaluated. Null, or
// the error met.
Value prettyText(Compose& c, Value v, std::string* out);
// "\n- In `file': value" for each definition. Values that throw are left out; any other error is returned (else Null).
Value showDefs(Compose& c, std::span<const Def> defs, std::string* out);
// "`a' and `b'"
std::string showFiles(Compose& c, std::span<const Def> defs);

}  // namespace fleetd::compose
