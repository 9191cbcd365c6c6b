// Directories whose files never reach a disk.
#pragma once
#include <string>

namespace fleetd::base {

// Whether a directory is on a file system that is memory (tmpfs, ramfs). False where the system cannot tell.
bool isInMemory(const std::string& directory);

}  // namespace fleetd::base
