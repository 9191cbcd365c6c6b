// What `fleetd services show` and `schema` print about a service of the fleet's own modules.
#pragma once
#include <string_view>

#include "kernel/cli/context.hpp"

namespace fleetd::cli {

// The fleet is open, and the service one of its own. Gives the exit code.
int showOwnService(Context& cx, std::string_view verb, const std::string& name);

}  // namespace fleetd::cli
