// Child: a process that runs beside this one, with pipes to its three standard streams.
#pragma once
#include <string>
#include <vector>

#include "kernel/base/fd.hpp"
#include "kernel/base/result.hpp"
#include "kernel/process/child_exit.hpp"

namespace fleetd::process {

struct Child {
  ChildExit exit;
  base::UniqueFd input;           // what it reads
  base::UniqueFd output, errors;  // what it writes; both do not block
};

// Starts a program, given by its path, with exactly this environment in a process group of its own. Nothing else of
// ours is open in it. Errors: FL0007. The child may be ended with the calling thread (PR_SET_PDEATHSIG), so that thread
// lives as long as it.
Result<Child> startChild(const std::vector<std::string>& argv, const std::vector<std::string>& environment);

}  // namespace fleetd::process
