// The version of fleetd, from the build definition.
#pragma once
#include <string_view>

namespace fleetd::base {

std::string_view version();  // "0.1.0"

}  // namespace fleetd::base
