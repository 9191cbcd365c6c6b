// File reads, atomic writes and path queries. Directory walking is in directory.cpp.
#include "kernel/base/file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <memory>

#include <fmt/core.h>

#include "kernel/base/fd.hpp"

namespace fleetd::base {

namespace {

constexpr std::size_t kShownPath = 400;  // bytes; what is longer is no path anybody reads

std::string shown(const std::string& path) {
  if (path.size() <= kShownPath) return path;
  return fmt::format("{}…{}", path.substr(0, kShownPath / 2), path.substr(path.size() - kShownPath / 2));
}

Error unreadable(const std::string& path, int code) {
  return {Code::FL0002, fmt::format("cannot read {}: {}", shown(path), std::strerror(code)), "", {}};
}

Error unwritable(const std::string& path, int code) {
  return {Code::FL0003, fmt::format("cannot write {}: {}", shown(path), std::strerror(code)), "", {}};
}

Error tooLarge(const std::string& name, std::uint64_t limit) {
  return {Code::FL0004, fmt::format("{} has more than {} bytes", name, limit), "", {}};
}

// A C string ends at a NUL byte, so a path that holds one would name another file.
bool usable(const std::string& path) { return !path.empty() && path.find('\0') == std::string::npos; }

std::string directoryOf(const std::string& path) {
  const auto slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

// Retried with other names while the name is taken; the counter keeps threads apart, the pid processes.
Result<UniqueFd> createTemporary(const std::string& target, std::string& name) {
  static std::atomic<unsigned> counter{0};
  for (int attempt = 0; attempt < 1000; ++attempt) {
    name = fmt::format("{}/.fleetd-{}-{}.tmp", directoryOf(target), ::getpid(), counter.fetch_add(1));
    UniqueFd fd(::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (fd) return fd;
    if (errno != EEXIST) break;
  }
  return unwritable(target, errno);
}

bool writeAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t wrote = ::write(fd, bytes.data(), bytes.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(wrote));
  }
  return true;
}

bool syncDirectory(const std::string& path) {
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  // Some file systems cannot sync a directory; there is nothing better to do on them.
  return fd && (::fsync(fd.get()) == 0 || errno == EINVAL || errno == EROFS);
}

FileType typeOf(mode_t mode) {
  if (S_ISREG(mode)) return FileType::Regular;
  if (S_ISDIR(mode)) return FileType::Directory;
  if (S_ISLNK(mode)) return FileType::Symlink;
  return FileType::Other;
}

}  // namespace

namespace {

// All that `fd` gives; `st` is what is known of it.
Result<std::string> readAll(int fd, const struct stat* st, const std::string& name, std::uint64_t limit) {
  std::size_t expected = 0;
  if (st && S_ISREG(st->st_mode) && st->st_size > 0) {
    if (static_cast<std::uint64_t>(st->st_size) > limit) return tooLarge(name, limit);
    expected = static_cast<std::size_t>(st->st_size);
  }
  // One byte more than expected: what fills less than that is the whole file.
  std::string text(expected + 1, '\0');
  std::size_t done = 0;
  for (;;) {
    if (done == text.size()) text.resize(std::max<std::size_t>(text.size() * 2, 4096));
    const ssize_t got = ::read(fd, text.data() + done, text.size() - done);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return unreadable(name, errno);
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
    if (done > limit) return tooLarge(name, limit);
    if (expected > 0 && done == expected && static_cast<std::size_t>(got) == expected) break;
  }
  text.resize(done);
  return text;
}

}  // namespace

Result<std::string> readDescriptor(int fd, const std::string& name, std::uint64_t limit) {
  struct stat st {};
  return readAll(fd, ::fstat(fd, &st) == 0 ? &st : nullptr, name, limit);
}

Result<std::string> readFile(const std::string& path, std::uint64_t limit) {
  if (!usable(path)) return unreadable(path, EINVAL);
  // O_NONBLOCK: opening a fifo must not wait for a writer.
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!fd) return unreadable(path, errno);
  struct stat st {};
  if (::fstat(fd.get(), &st) != 0) return unreadable(path, errno);
  if (S_ISDIR(st.st_mode)) return unreadable(path, EISDIR);
  if (!S_ISREG(st.st_mode)) return Error{Code::FL0002, fmt::format("cannot read {}: not a regular file", path), "", {}};
  return readAll(fd.get(), &st, path, limit);
}

Result<void> writeFileAtomic(const std::string& path, std::string_view bytes, unsigned mode, Durability durability) {
  if (!usable(path)) return unwritable(path, EINVAL);
  std::string temporary;
  FLEETD_TRY_ASSIGN(UniqueFd fd, createTemporary(path, temporary));
  const bool durable = durability == Durability::Durable;
  const bool written = writeAll(fd.get(), bytes) && ::fchmod(fd.get(), static_cast<mode_t>(mode)) == 0 &&
                       (!durable || ::fsync(fd.get()) == 0) && ::rename(temporary.c_str(), path.c_str()) == 0;
  if (!written) {
    const int code = errno;
    ::unlink(temporary.c_str());
    return unwritable(path, code);
  }
  if (durable && !syncDirectory(directoryOf(path))) return unwritable(path, errno);
  return {};
}

Result<bool> writeIfChanged(const std::string& path, std::string_view bytes, unsigned mode, Durability durability) {
  struct stat st {};
  if (usable(path) && ::lstat(path.c_str(), &st) == 0 && S_ISREG(st.st_mode) && (st.st_mode & 07777) == mode &&
      static_cast<std::uint64_t>(st.st_size) == bytes.size()) {
    auto old = readFile(path, bytes.size());
    if (old && *old == bytes) return false;
  }
  FLEETD_TRY(writeFileAtomic(path, bytes, mode, durability));
  return true;
}

FileType fileType(const std::string& path) {
  struct stat st {};
  if (!usable(path) || ::lstat(path.c_str(), &st) != 0) return FileType::Missing;
  return typeOf(st.st_mode);
}

bool isDirectory(const std::string& path) {
  struct stat st {};
  return usable(path) && ::stat(path.c_str(), &st) == 0 && S_ISDIR(st.st_mode);
}

bool isRegularFile(const std::string& path) {
  struct stat st {};
  return usable(path) && ::stat(path.c_str(), &st) == 0 && S_ISREG(st.st_mode);
}

Result<std::string> realPath(const std::string& path) {
  if (!usable(path)) return unreadable(path, EINVAL);
  const std::unique_ptr<char, void (*)(void*)> resolved(::realpath(path.c_str(), nullptr), std::free);
  if (!resolved) return unreadable(path, errno);
  return std::string(resolved.get());
}

Result<std::string> readLink(const std::string& path) {
  if (!usable(path)) return unreadable(path, EINVAL);
  std::string target(PATH_MAX, '\0');
  const ssize_t length = ::readlink(path.c_str(), target.data(), target.size());
  if (length < 0) return unreadable(path, errno);
  target.resize(static_cast<std::size_t>(length));
  return target;
}

Result<std::string> currentDir() {
  std::string path(PATH_MAX, '\0');
  if (!::getcwd(path.data(), path.size()))
    return Error{Code::FL0002, fmt::format("cannot tell the current directory: {}", std::strerror(errno)), "", {}};
  path.resize(std::strlen(path.c_str()));
  return path;
}

Result<std::string> makeTempDir(std::string_view prefix) {
  const char* base = std::getenv("TMPDIR");
  std::string path = fmt::format("{}/{}-XXXXXX", base && *base ? base : "/tmp", prefix);
  if (!::mkdtemp(path.data())) return unwritable(path, errno);
  return path;
}

}  // namespace fleetd::base
