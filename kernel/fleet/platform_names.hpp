// The top-level names of the platforms' options.
#pragma once
#include <string_view>

namespace fleetd::fleet {

// Whether NixOS, nix-darwin, home-manager or a module that is usually added to them declares options below this name. A
// fleet that declares options below any other name is the only one to do so.
bool isPlatformName(std::string_view name);

}  // namespace fleetd::fleet
