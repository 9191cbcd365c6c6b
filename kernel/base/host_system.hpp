// What Nix calls the machine this runs on.
#pragma once
#include <string>

namespace fleetd::base {

// "x86_64-linux", "aarch64-darwin"; "unknown" when the system does not tell.
std::string hostSystem();

}  // namespace fleetd::base
