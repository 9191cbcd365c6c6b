#include "kernel/base/host_system.hpp"

#include <sys/utsname.h>

namespace fleetd::base {

std::string hostSystem() {
  utsname name{};
  if (::uname(&name) != 0) return "unknown";
  std::string machine = name.machine;
  if (machine == "arm64") machine = "aarch64";
  if (machine.size() == 4 && machine.starts_with('i') && machine.ends_with("86")) machine = "i686";
  std::string system = name.sysname;
  for (char& c : system) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return machine + "-" + system;
}

}  // namespace fleetd::base
