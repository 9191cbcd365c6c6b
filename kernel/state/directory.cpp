// Finding and locking the directory.
#include "kernel/state/directory.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <fmt/format.h>

#include "kernel/base/file.hpp"

namespace fleetd::state {

using base::Code;

namespace {

// The name of a fleet as one name of a file.
std::string fileName(std::string_view fleet) {
  std::string out;
  for (const char c : fleet) out += c == '/' || c == '\0' ? '_' : c;
  return out.empty() || out == "." || out == ".." ? "fleet" : out;
}

Result<std::string> stateHome() {
  const char* state = std::getenv("XDG_STATE_HOME");
  const char* home = std::getenv("HOME");
  if (state && *state == '/') return std::string(state);
  if (home && *home == '/') return fmt::format("{}/.local/state", home);
  return Error{Code::FL0825, "there is no place for the state of the fleet", "set HOME or XDG_STATE_HOME", {}};
}

}  // namespace

Result<std::string> trustDirectory() {
  FLEETD_TRY_ASSIGN(const std::string home, stateHome());
  return home + "/fleetd-trusted-plugins";
}

Result<std::string> stateDirectory(std::string_view fleet) {
  FLEETD_TRY_ASSIGN(const std::string home, stateHome());
  const std::string out = fmt::format("{}/fleetd/{}", home, fileName(fleet));
  FLEETD_TRY(base::makeDirs(out, 0700));
  return out;
}

Result<base::UniqueFd> lockDeployments(const std::string& directory) {
  const std::string path = directory + "/deploy.lock";
  base::UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd) return Error{Code::FL0825, fmt::format("cannot open {}: {}", path, std::strerror(errno)), "", {}};
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) == 0) return fd;
  return Error{Code::FL0822,
               "another deployment of this fleet is under way on this machine",
               "wait for its end; `fleetd history` tells who started it",
               {}};
}

}  // namespace fleetd::state
