// What a Mac keeps when it returns to an earlier system.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace fleetd::cli {

// Options of nix-darwin that differ between two configurations, given as text with an option a line, and whose effects
// an earlier system does not undo when it is activated: defaults that were written, packages of Homebrew, users that
// were made. Sorted.
std::vector<std::string> notTakenBack(std::string_view before, std::string_view after);

}  // namespace fleetd::cli
