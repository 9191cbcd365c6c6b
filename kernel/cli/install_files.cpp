// A directory in a tmpfs, named after the process that made it.
#include "kernel/cli/install_files.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>

#include <fmt/format.h>
#include <sodium.h>

#include "kernel/base/fd.hpp"
#include "kernel/base/file.hpp"
#include "kernel/base/memory_files.hpp"
#include "kernel/base/text.hpp"

namespace fleetd::cli {

namespace {

using base::Code;

constexpr std::string_view kName = "fleetd-install-";
constexpr std::size_t kMostKey = 64 << 10;  // bytes

std::string memory() {
  const char* runtime = std::getenv("XDG_RUNTIME_DIR");
  return runtime && *runtime == '/' && base::isInMemory(runtime) ? runtime : "/dev/shm";
}

// Directories of ours whose process is gone.
void removeLeft(const std::string& parent) {
  const auto entries = base::listDir(parent);
  if (!entries) return;
  for (const auto& entry : *entries) {
    if (entry.type != base::FileType::Directory || !entry.name.starts_with(kName)) continue;
    const std::string rest = entry.name.substr(kName.size());
    const auto pid = base::parseInt(rest.substr(0, rest.find('-')));
    struct stat about {};
    const std::string path = parent + "/" + entry.name;
    if (!pid || *pid <= 0 || ::lstat(path.c_str(), &about) != 0 || about.st_uid != ::geteuid()) continue;
    if (::kill(static_cast<pid_t>(*pid), 0) == 0 || errno == EPERM) continue;
    static_cast<void>(base::removeTree(path));
  }
}

// From a pipe into a file, through one page that is locked and wiped.
Result<std::size_t> moveInto(int from, const std::string& path) {
  const base::UniqueFd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file) return Error{Code::FL0003, fmt::format("cannot write {}: {}", path, std::strerror(errno)), "", {}};
  alignas(4096) char buffer[4096];
  if (::mlock(buffer, sizeof buffer) != 0)
    return Error{Code::FL0003, "cannot lock memory for the machine's key", "raise the limit `ulimit -l`", {}};
  std::size_t all = 0;
  int failed = 0;
  while (!failed) {
    const ssize_t got = ::read(from, buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) failed = errno;
    if (got <= 0) break;
    all += static_cast<std::size_t>(got);
    if (all > kMostKey) failed = EFBIG;
    for (ssize_t at = 0; at < got && !failed;) {
      const ssize_t put = ::write(file.get(), buffer + at, static_cast<std::size_t>(got - at));
      if (put < 0 && errno != EINTR) failed = errno;
      if (put > 0) at += put;
    }
  }
  sodium_memzero(buffer, sizeof buffer);
  ::munlock(buffer, sizeof buffer);
  if (failed)
    return Error{Code::FL0003, fmt::format("cannot bring the machine's key: {}", std::strerror(failed)), "", {}};
  return all;
}

}  // namespace

InstallFiles::~InstallFiles() {
  if (!directory_.empty()) static_cast<void>(base::removeTree(directory_));
}

Result<void> InstallFiles::open() {
  const std::string parent = memory();
  removeLeft(parent);
  std::string pattern = fmt::format("{}/{}{}-XXXXXX", parent, kName, ::getpid());
  if (!base::isInMemory(parent) || !::mkdtemp(pattern.data()))
    return Error{Code::FL0842, "there is no directory in memory for the machine's secrets", "set XDG_RUNTIME_DIR", {}};
  directory_ = pattern;
  removed_ = process::RemovedOnInterrupt(pattern);
  return {};
}

Result<void> InstallFiles::fill(const std::string& place) {
  FLEETD_TRY(open());
  FLEETD_TRY(base::makeDirs(directory_ + place, 0755));
  if (::chmod((directory_ + place).c_str(), 0700) != 0)
    return Error{Code::FL0003, "cannot protect the machine's secrets", "", {}};
  return {};
}

Result<void> InstallFiles::fill(deploy::MachineKey& key) {
  FLEETD_TRY(fill(key.directory));
  FLEETD_TRY_ASSIGN(const std::size_t size, moveInto(key.pipe.get(), directory_ + key.directory + "/key.txt"));
  if (size == 0) return Error{Code::FL0832, "the machine's key is empty", "", {}};
  return {};
}

}  // namespace fleetd::cli
