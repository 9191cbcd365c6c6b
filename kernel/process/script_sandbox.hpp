// What scripts of generators can be shut in on this system, and where in memory they work.
#pragma once
#include <string>

#include "kernel/base/result.hpp"

namespace fleetd::process {

// A directory whose content is never on a disk. Where the system has none, it is made and goes with this object.
class MemoryDirectory {
 public:
  // $XDG_RUNTIME_DIR or /dev/shm where they are in memory; a disk image in memory on macOS. Error FL0743.
  static Result<MemoryDirectory> open();
  MemoryDirectory() = default;
  MemoryDirectory(MemoryDirectory&& other) noexcept;
  MemoryDirectory& operator=(MemoryDirectory&& other) noexcept;
  ~MemoryDirectory();

  const std::string& path() const { return path_; }

 private:
  std::string path_, device_;  // device: to be given back
};

struct ScriptSandbox {
  std::string kind, program;  // "bubblewrap", "sandbox-exec"; "none" without program
  MemoryDirectory directory;  // not for bubblewrap, which has its own
};

// `without`: none, because the user asked for it. Errors: FL0740 when the program is missing, FL0743.
Result<ScriptSandbox> scriptSandbox(bool without);

}  // namespace fleetd::process
