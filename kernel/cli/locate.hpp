// Where the fleet is: --fleet DIR, else $FLEETD_DIR, else the nearest directory at or above the current one.
#pragma once
#include <string>
#include <string_view>

#include "kernel/base/result.hpp"

namespace fleetd::cli {

// The absolute root. `given` is the value of --fleet; `wasGiven` tells an empty value from none. Errors: FL0501,
// FL0002, FL0903.
base::Result<std::string> locateFleet(std::string_view given, bool wasGiven);

// `path` against the current directory, without "." and ".." and doubled slashes; symlinks are left alone.
base::Result<std::string> absolutePath(std::string_view path);

}  // namespace fleetd::cli
