// Finding files: which modules a directory holds, and which directory is a fleet.
#pragma once
#include <string>
#include <vector>

#include "kernel/base/result.hpp"

namespace fleetd::fleet {

enum class Selection { Modules, Everything };

// Every *.nix file below `directory`, depth first, entries of each directory in ascending byte order. Modules leaves
// out path components that start with `_`. Symbolic links to files are followed, dangling ones are listed; links to
// directories are not, so loops end. Error FL0002.
Result<std::vector<std::string>> nixFiles(const std::string& directory, Selection selection);
// Names of the directories in `directory`, sorted; none when it is missing.
std::vector<std::string> directoriesIn(const std::string& directory);

}  // namespace fleetd::fleet
