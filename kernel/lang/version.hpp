// Versions as Nix compares them.
#pragma once
#include <string_view>
#include <vector>

namespace fleetd::lang {

// "1.2pre3" is 1, 2, pre, 3: split at dots, dashes and borders between digits and others.
std::vector<std::string_view> splitVersion(std::string_view version);
// -1, 0 or 1.
int compareVersions(std::string_view a, std::string_view b);

struct PackageName {
  std::string_view name;
  std::string_view version;
};
// Splits "name-1.2" at the first dash that no letter follows.
PackageName parsePackageName(std::string_view text);

}  // namespace fleetd::lang
