// Where Nix has the source of a flake, and who needs it.
#pragma once
#include <string>

#include "kernel/base/result.hpp"

namespace fleetd::deploy {

// The directory in the store that a flake is evaluated in. Error FL0840.
Result<std::string> flakeSource(const std::string& reference);
// Whether a derivation needs that path, by itself or by what it needs.
bool derivationNeeds(const std::string& derivation, const std::string& path);

}  // namespace fleetd::deploy
