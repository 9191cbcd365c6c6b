// Devices and pipes are no files that could be replaced.
#include "kernel/base/named_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include <fmt/format.h>

#include "kernel/base/fd.hpp"
#include "kernel/base/file.hpp"

namespace fleetd::base {

namespace {

Result<void> writeInto(const std::string& path, std::string_view bytes) {
  const auto failed = [&] {
    return Error{Code::FL0003, fmt::format("cannot write {}: {}", path, std::strerror(errno)), "", {}};
  };
  const UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY));
  if (!fd) return failed();
  while (!bytes.empty()) {
    const ssize_t wrote = ::write(fd.get(), bytes.data(), bytes.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) return failed();
    bytes.remove_prefix(static_cast<std::size_t>(wrote));
  }
  return {};
}

}  // namespace

Result<void> writeNamed(const std::string& path, std::string_view bytes) {
  struct stat st {};
  const bool there = path.find('\0') == std::string::npos && ::stat(path.c_str(), &st) == 0;
  if (there && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode)) return writeInto(path, bytes);
  std::string target = path;
  if (there)
    if (auto real = realPath(path)) target = *std::move(real);
  FLEETD_TRY(writeIfChanged(target, bytes));
  return {};
}

}  // namespace fleetd::base
