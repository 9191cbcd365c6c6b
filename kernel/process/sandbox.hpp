// A sandbox as a plan, and the plan as the words of a command that runs a program inside of it: bubblewrap on Linux,
// sandbox-exec on macOS. Nothing is started here.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "kernel/base/result.hpp"
#include "kernel/process/spawn.hpp"

namespace fleetd::process {

struct SandboxPlan {
  std::vector<std::string> readable = {};  // absolute paths shown read-only; they must exist
  std::vector<std::string> writable = {};  // absolute paths shown as they are
  std::vector<std::string> command = {};   // absolute program and its arguments
  // All there is of an environment. bubblewrap makes it; elsewhere whoever starts the command passes it on.
  std::vector<std::pair<std::string, std::string>> environment = {};
  // Links made inside, as path and target: cheaper than a mount for each of a system's names for one directory.
  std::vector<std::pair<std::string, std::string>> links = {};
  bool terminals = true;  // the usual devices; else those for nothing, zeros and random bytes only
};

// The words for this system's sandbox. Errors: FL0328 when there is none, and those of the functions below.
Result<std::vector<std::string>> sandboxCommand(const SandboxPlan& plan);

// How a program inside such a sandbox ended, from how the sandbox did: it hands on a signal as a shell does, as an exit
// status of 128 and its number.
ExitStatus insideSandbox(ExitStatus status);

// Where this system keeps what every program needs to be loaded, as far as it exists: libraries, the Nix store.
std::vector<std::string> systemLibraries();

// With a small /tmp of its own, without network, home and environment, in namespaces and a session of its own, ended
// with the thread that started it. `bubblewrap` is the program. Errors: FL0001 for a path that is not absolute, holds
// `..` or a NUL byte, is `/`, and for no command.
Result<std::vector<std::string>> bubblewrapArguments(const std::string& bubblewrap, const SandboxPlan& plan);

// The same for sandbox-exec. What is not shown is not hidden there but forbidden; sockets of `readable` directories may
// be connected to, other networks may not.
Result<std::string> seatbeltProfile(const SandboxPlan& plan);

}  // namespace fleetd::process
