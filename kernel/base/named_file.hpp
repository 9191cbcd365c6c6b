// Writing to what somebody named: a file, a device, a pipe.
#pragma once
#include <string>
#include <string_view>

#include "kernel/base/result.hpp"

namespace fleetd::base {

// A file, or a path with nothing there, as writeIfChanged(); links are followed. What is neither file nor directory,
// such as /dev/stdout or a pipe, is written to and stays what it is. Errors: FL0003.
Result<void> writeNamed(const std::string& path, std::string_view bytes);

}  // namespace fleetd::base
