// Where the state of a fleet is kept.
#pragma once
#include <string>
#include <string_view>

#include "kernel/base/fd.hpp"
#include "kernel/base/result.hpp"

namespace fleetd::state {

// $XDG_STATE_HOME/fleetd/<fleet>, made with mode 0700 if need be. Errors: FL0825 without a home, FL0003.
Result<std::string> stateDirectory(std::string_view fleet);

// $XDG_STATE_HOME/fleetd-trusted-plugins, beside the fleets' directories because a fleet may have any name; not made.
// Error: FL0825.
Result<std::string> trustDirectory();

// Held by the one who deploys; gone with the process, however it ends. Error FL0822 when somebody else has it.
Result<base::UniqueFd> lockDeployments(const std::string& directory);

}  // namespace fleetd::state
