// What a native type says about itself when nothing replaced its name or description.
#pragma once
#include <string>
#include <string_view>

#include "kernel/compose/type.hpp"

namespace fleetd::compose {

Value describe(Type* type);                 // string or error
Value describeClass(Type* type);            // string or Null
Value describeName(Type* type);             // string or error
std::string quoted(std::string_view text);  // as a Nix string literal
// The freeform type of a submodule's own modules, as documentation sees them; null when there is none.
Type* documentedFreeform(Type* type, Value* error);

}  // namespace fleetd::compose
