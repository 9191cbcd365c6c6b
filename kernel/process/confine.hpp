// What a process that is about to run code of somebody else gives up for good. Used by that process itself, inside a
// sandbox or without one.
#pragma once
#include <cstdint>

#include "kernel/base/result.hpp"

namespace fleetd::process {

struct Ceilings {
  std::uint64_t memory = 0;     // bytes of address space; 0 = as much as there is
  std::uint64_t processes = 0;  // of this user and sandbox, threads count; 0 = as many as may be
};

// No core files, few descriptors, no larger files than 64 MiB, these ceilings; ends with its parent where the system
// can do that. Errors: FL0007.
Result<void> limitSelf(const Ceilings& ceilings);

// Says so on standard error and ends the process with kMemoryExit when memory runs out, or when a signal ends it while
// its address space is near the ceiling.
inline constexpr int kMemoryExit = 86;
void reportMemoryCeiling(std::uint64_t memory);

// From now on no thread of this process can start processes or programs, open sockets, or use what only debuggers and
// administrators need: such calls fail with EPERM. Nothing happens where the system has no such filter. Errors: FL0007
// when it has one and refuses.
Result<void> lockDown();
// Whether this system has the filter.
bool canLockDown();

}  // namespace fleetd::process
