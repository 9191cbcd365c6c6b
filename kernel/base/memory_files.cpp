// Linux tells the kind of a file system; on others there is none of this kind that is always memory.
#include "kernel/base/memory_files.hpp"

#ifdef __linux__
#include <sys/vfs.h>
#endif

namespace fleetd::base {

bool isInMemory(const std::string& directory) {
#ifdef __linux__
  constexpr unsigned long kTmpfs = 0x01021994, kRamfs = 0x858458f6;
  struct statfs info {};
  if (::statfs(directory.c_str(), &info) != 0) return false;
  const auto type = static_cast<unsigned long>(info.f_type) & 0xffffffffUL;
  return type == kTmpfs || type == kRamfs;
#else
  static_cast<void>(directory);
  return false;
#endif
}

}  // namespace fleetd::base
