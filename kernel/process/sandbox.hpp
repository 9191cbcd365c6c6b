// A sandbox as a plan, and the plan as the words of a bubblewrap command. Nothing is started here.
#pragma once
#include <string>
#include <vector>

#include "kernel/base/result.hpp"

namespace fleetd::process {

struct SandboxPlan {
  std::vector<std::string> readable;  // absolute paths shown read-only; they must exist
  std::vector<std::string> writable;  // absolute paths shown as they are, such as a socket's directory
  std::vector<std::string> command;   // absolute program and its arguments
};

// Without network, home and environment, in namespaces and a session of its own, ended with its parent. `bubblewrap` is
// the program. Errors: FL0001 for a path that is not absolute, holds `..` or a NUL byte, is `/`, and for no command.
Result<std::vector<std::string>> bubblewrapArguments(const std::string& bubblewrap, const SandboxPlan& plan);

}  // namespace fleetd::process
