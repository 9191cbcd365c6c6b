// POSIX files.
#include "plugins/vars/store/disk.hpp"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <memory>

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace fleetd::vars::disk {

namespace {

namespace fs = std::filesystem;

std::string parentOf(const std::string& path) { return fs::path(path).parent_path().string(); }

// Missing directories for a file of the operator's own, each of them on the disk before what it holds.
fleet::Result<void> makePrivateParents(const std::string& path) {
  const std::string parent = parentOf(path);
  if (parent.empty() || isDirectory(parent)) return {};
  FLEET_TRY(makePrivateParents(parent));
  if (::mkdir(parent.c_str(), 0700) != 0 && errno != EEXIST) return failed("create", parent, errno);
  return syncDirectory(parentOf(parent));
}

// Gives the open file its name. False: this system, or this file system, has no files without a name.
fleet::Result<bool> writeNameless(const std::string& path, std::string_view comment, std::string_view secret) {
#ifdef O_TMPFILE
  const Fd file(::open(parentOf(path).c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600));
  if (file.get() < 0) {
    if (errno == EOPNOTSUPP || errno == EISDIR || errno == ENOENT) return false;
    return failed("create", path, errno);
  }
  const std::string name = "/proc/self/fd/" + std::to_string(file.get());
  if (::access(name.c_str(), F_OK) != 0) return false;  // no /proc
  for (const std::string_view part : {comment, secret, std::string_view("\n")})
    FLEET_TRY(writeAll(file.get(), part, path));
  FLEET_TRY(sync(file.get(), path));
  if (::linkat(AT_FDCWD, name.c_str(), AT_FDCWD, path.c_str(), AT_SYMLINK_FOLLOW) != 0)
    return failed("create", path, errno);
  return true;
#else
  static_cast<void>(path), static_cast<void>(comment), static_cast<void>(secret);
  return false;
#endif
}

fleet::Result<void> writeNamed(const std::string& path, std::string_view comment, std::string_view secret) {
  const std::string temporary = path + ".new";
  fleet::Result<void> done;
  {
    const Fd file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (file.get() < 0) return failed("create", path, errno);
    for (const std::string_view part : {comment, secret, std::string_view("\n")})
      if (done) done = writeAll(file.get(), part, path);
    if (done) done = sync(file.get(), path);
  }
  // Unlike rename, this fails when somebody made a key meanwhile.
  if (done && ::link(temporary.c_str(), path.c_str()) != 0) done = failed("create", path, errno);
  ::unlink(temporary.c_str());
  return done;
}

}  // namespace

Fd::~Fd() {
  if (fd_ >= 0) ::close(fd_);
}

fleet::Result<void> writeAll(int fd, std::string_view content, const std::string& path) {
  while (!content.empty()) {
    const ssize_t size = ::write(fd, content.data(), content.size());
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return failed("write", path, errno);
    content.remove_prefix(static_cast<std::size_t>(size));
  }
  return {};
}

fleet::Result<void> sync(int fd, const std::string& path) {
#ifdef F_FULLFSYNC
  if (::fcntl(fd, F_FULLFSYNC) == 0) return {};  // where fsync leaves bytes in the drive's memory
#endif
  return ::fsync(fd) == 0 ? fleet::Result<void>() : fleet::Result<void>(failed("write", path, errno));
}

fleet::Result<void> syncDirectory(const std::string& directory) {
  const Fd fd(::open(directory.empty() ? "/" : directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.get() < 0) return failed("open", directory, errno);
  // Some file systems cannot sync a directory; there is nothing better to do on them.
  if (::fsync(fd.get()) == 0 || errno == EINVAL) return {};
  return failed("write", directory, errno);
}

fleet::Result<Lock> Lock::take(const std::string& directory) {
  const int fd = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return failed("open", directory, errno);
  Lock out(fd);
  if (::flock(fd, LOCK_EX | LOCK_NB) == 0) return out;
  if (errno != EWOULDBLOCK) return failed("lock", directory, errno);
  return fleet::Error{
      FLEET_E_STATE, "VARS63", {}, "another run is writing values of this fleet", "wait until it has ended", 0};
}

Lock::~Lock() {
  if (fd_ >= 0) ::close(fd_);
}

bool exists(const std::string& path) {
  struct stat info;
  return ::lstat(path.c_str(), &info) == 0 || (errno != ENOENT && errno != ENOTDIR);
}

bool isDirectory(const std::string& path) {
  struct stat info;
  return ::stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

namespace {

// Opens for reading, and leaves no time of access behind: a look at thousands of values would otherwise change as many
// inodes, and wait for the journal of the file system to take them.
int openQuietly(const std::string& path, int flags) {
  flags |= O_RDONLY | O_CLOEXEC | O_NONBLOCK;
#ifdef O_NOATIME
  // Refused for what belongs to others.
  if (const int fd = ::open(path.c_str(), flags | O_NOATIME); fd >= 0 || errno != EPERM) return fd;
#endif
  return ::open(path.c_str(), flags);
}

struct CloseNames {
  void operator()(DIR* stream) const { ::closedir(stream); }
};
using Names = std::unique_ptr<DIR, CloseNames>;

// Null with errno where it cannot be opened.
Names openNames(const std::string& directory) {
  const int fd = openQuietly(directory, O_DIRECTORY);
  if (fd < 0) return nullptr;
  Names out(::fdopendir(fd));
  if (!out) {
    const int code = errno;
    ::close(fd);
    errno = code;
  }
  return out;
}

// The file system mostly says what is a directory while it lists names; asking for each would take longer than all
// else.
bool isDirectoryIn(const std::string& directory, const dirent& entry) {
  if (entry.d_type != DT_UNKNOWN) return entry.d_type == DT_DIR;
  struct stat info;
  return ::lstat((directory + "/" + entry.d_name).c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

template <class Takes>
fleet::Result<std::vector<std::string>> list(const std::string& directory, Takes takes) {
  std::vector<std::string> out;
  const Names stream = openNames(directory);
  if (!stream) {
    const int code = errno;
    // A link that leads nowhere is not the same as nothing.
    if (code == ENOENT && !exists(directory)) return out;
    return failed("read", directory, code);
  }
  for (;;) {
    errno = 0;
    const dirent* entry = ::readdir(stream.get());
    if (!entry && errno != 0) return failed("read", directory, errno);
    if (!entry) break;
    if (entry->d_name[0] != '.' && takes(*entry)) out.emplace_back(entry->d_name);
  }
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace

fleet::Result<std::vector<std::string>> namesIn(const std::string& directory) {
  return list(directory, [](const dirent&) { return true; });
}

fleet::Result<std::vector<std::string>> directoriesIn(const std::string& directory) {
  return list(directory, [&](const dirent& entry) { return isDirectoryIn(directory, entry); });
}

namespace {

using Matches = std::function<bool(const std::string& directory, const std::string& name)>;
constexpr int kDeepest = 8;

// One reading of a directory tells what is a directory and what a file, where the file system says so.
fleet::Result<void> collect(const std::string& fleet, const std::string& directory, const Matches& matches, int depth,
                            std::vector<std::string>& out) {
  const std::string path = fleet + "/" + directory;
  const Names stream = openNames(path);
  if (!stream) return errno == ENOENT ? fleet::Result<void>() : failed("read", directory, errno);
  std::vector<std::string> below;
  bool found = false;
  for (;;) {
    errno = 0;
    const dirent* entry = ::readdir(stream.get());
    if (!entry && errno != 0) return failed("read", directory, errno);
    if (!entry) break;
    const std::string name = entry->d_name;
    if (name == "." || name == "..") continue;
    bool isDirectory = entry->d_type == DT_DIR, isFile = entry->d_type == DT_REG;
    if (entry->d_type == DT_UNKNOWN) {
      struct stat info;
      if (::lstat((path + "/" + name).c_str(), &info) != 0) return failed("read", directory + "/" + name, errno);
      isDirectory = S_ISDIR(info.st_mode);
      isFile = S_ISREG(info.st_mode);
    }
    if (isFile && !found && matches(directory, name)) found = true;
    if (isDirectory) below.push_back(name);
  }
  if (found) out.push_back(directory);
  if (depth == kDeepest) return {};
  std::sort(below.begin(), below.end());
  for (const auto& name : below) FLEET_TRY(collect(fleet, directory + "/" + name, matches, depth + 1, out));
  return {};
}

}  // namespace

fleet::Result<std::vector<std::string>> directoriesWith(const std::string& fleet, const std::string& directory,
                                                        const Matches& matches) {
  std::vector<std::string> out;
  FLEET_TRY(collect(fleet, directory, matches, 0, out));
  return out;
}

fleet::Result<std::string> read(const std::string& path) {
  const Fd file(openQuietly(path, 0));
  struct stat info;
  if (file.get() < 0 || ::fstat(file.get(), &info) != 0) return failed("read", path, errno);
  if (S_ISDIR(info.st_mode)) return failed("read", path, EISDIR);
  if (!S_ISREG(info.st_mode)) {
    fleet::Error error = failed("read", path, EINVAL);
    error.message = "cannot read " + path + ": not a regular file";
    return error;
  }
  if (static_cast<std::size_t>(info.st_size) > kMaxFile) return failed("read", path, EFBIG);
  std::string out(static_cast<std::size_t>(info.st_size), '\0');
  std::size_t size = 0;
  while (size < out.size()) {
    const ssize_t got = ::read(file.get(), out.data() + size, out.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed("read", path, errno);
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  out.resize(size);
  return out;
}

fleet::Result<void> writePrivate(const std::string& path, std::string_view comment, std::string_view secret) {
  FLEET_TRY(makePrivateParents(path));
  ::unlink((path + ".new").c_str());
  FLEET_TRY_ASSIGN(const bool done, writeNameless(path, comment, secret));
  if (!done) FLEET_TRY(writeNamed(path, comment, secret));
  return syncDirectory(parentOf(path));
}

}  // namespace fleetd::vars::disk
