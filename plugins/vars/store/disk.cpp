// POSIX files.
#include "plugins/vars/store/disk.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plugins/vars/age/primitives.hpp"

namespace fleetd::vars::disk {

namespace {

namespace fs = std::filesystem;

fleet::Error failed(const std::string& what, const std::string& path, int code) {
  return {FLEET_E_IO, "VARS30", {}, "cannot " + what + " " + path + ": " + std::strerror(code), {}, 0};
}

class Fd {
 public:
  explicit Fd(int fd) : fd_(fd) {}
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  ~Fd() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

std::string parentOf(const std::string& path) { return fs::path(path).parent_path().string(); }

fleet::Result<void> makeParents(const std::string& path) {
  std::error_code code;
  fs::create_directories(parentOf(path), code);
  return code ? fleet::Result<void>(failed("create the directory of", path, code.value())) : fleet::Result<void>();
}

// After a rename: the new name is on the disk, too.
void syncDirectory(const std::string& path) {
  const Fd directory(::open(parentOf(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.get() >= 0) ::fsync(directory.get());
}

fleet::Result<void> writeAll(int fd, std::string_view content, const std::string& path) {
  while (!content.empty()) {
    const ssize_t size = ::write(fd, content.data(), content.size());
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return failed("write", path, errno);
    content.remove_prefix(static_cast<std::size_t>(size));
  }
  return ::fsync(fd) == 0 ? fleet::Result<void>() : fleet::Result<void>(failed("write", path, errno));
}

}  // namespace

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
  return ::stat(path.c_str(), &info) == 0;
}

bool isDirectory(const std::string& path) {
  struct stat info;
  return ::stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

std::vector<std::string> namesIn(const std::string& directory) {
  std::vector<std::string> out;
  std::error_code code;
  for (fs::directory_iterator at(directory, code), end; !code && at != end; at.increment(code))
    out.push_back(at->path().filename().string());
  std::sort(out.begin(), out.end());
  return out;
}

fleet::Result<std::string> read(const std::string& path) {
  const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat info;
  if (file.get() < 0 || ::fstat(file.get(), &info) != 0) return failed("read", path, errno);
  if (!S_ISREG(info.st_mode)) return failed("read", path, S_ISDIR(info.st_mode) ? EISDIR : EINVAL);
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

fleet::Result<void> write(const std::string& path, std::string_view content) {
  FLEET_TRY(makeParents(path));
  std::string temporary = path + ".XXXXXX";
  {
    const Fd file(::mkstemp(temporary.data()));
    if (file.get() < 0) return failed("write", path, errno);
    ::fchmod(file.get(), 0644);  // what is written here is encrypted or public
    auto written = writeAll(file.get(), content, path);
    if (!written) {
      ::unlink(temporary.c_str());
      return written;
    }
  }
  if (::rename(temporary.c_str(), path.c_str()) != 0) {
    const int code = errno;
    ::unlink(temporary.c_str());
    return failed("write", path, code);
  }
  syncDirectory(path);
  return {};
}

fleet::Result<void> writePrivate(const std::string& path, std::string_view comment, std::string_view secret) {
  FLEET_TRY(makeParents(path));
  std::string temporary = path + ".XXXXXX";
  const Fd file(::mkstemp(temporary.data()));  // mode 0600
  if (file.get() < 0) return failed("create", path, errno);
  fleet::Result<void> done;
  for (const std::string_view part : {comment, secret, std::string_view("\n")})
    if (done) done = writeAll(file.get(), part, path);
  // Unlike rename, this fails when somebody made a key meanwhile.
  if (done && ::link(temporary.c_str(), path.c_str()) != 0) done = failed("create", path, errno);
  ::unlink(temporary.c_str());
  syncDirectory(path);
  return done;
}

fleet::Result<void> link(const std::string& path, const std::string& target) {
  FLEET_TRY(makeParents(path));
  const std::string relative = fs::path(target).lexically_relative(parentOf(path)).string();
  std::error_code code;
  if (fs::read_symlink(path, code).string() == relative) return {};
  const std::string temporary = path + ".new";
  ::unlink(temporary.c_str());
  if (::symlink(relative.c_str(), temporary.c_str()) != 0 || ::rename(temporary.c_str(), path.c_str()) != 0) {
    const int reason = errno;
    ::unlink(temporary.c_str());
    return failed("link", path, reason);
  }
  syncDirectory(path);
  return {};
}

fleet::Result<void> remove(const std::string& path) {
  std::error_code code;
  fs::remove_all(path, code);
  return code ? fleet::Result<void>(failed("remove", path, code.value())) : fleet::Result<void>();
}

}  // namespace fleetd::vars::disk
