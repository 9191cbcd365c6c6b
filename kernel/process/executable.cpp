// The path of the running executable.
#include "kernel/process/executable.hpp"

#ifdef __APPLE__
#include <mach-o/dyld.h>

#include <array>
#endif

#include "kernel/base/file.hpp"

namespace fleetd::process {

Result<std::string> executablePath() {
#ifdef __APPLE__
  std::array<char, 4096> buffer{};
  auto size = static_cast<std::uint32_t>(buffer.size());
  if (::_NSGetExecutablePath(buffer.data(), &size) != 0)
    return base::Error{base::Code::FL0002, "the path of this program is too long", "", {}};
  return base::realPath(buffer.data());
#else
  return base::realPath("/proc/self/exe");
#endif
}

}  // namespace fleetd::process
