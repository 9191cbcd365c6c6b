// Where this program's own file is.
#pragma once
#include <string>

#include "kernel/base/result.hpp"

namespace fleetd::process {

// The absolute path of the running executable without symlinks. Error FL0002 when the system does not tell.
base::Result<std::string> executablePath();

}  // namespace fleetd::process
