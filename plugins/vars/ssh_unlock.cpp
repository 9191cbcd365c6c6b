// ssh-keygen -p on a file of memory.
#include "plugins/vars/ssh_unlock.hpp"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "plugins/vars/age/primitives.hpp"
#include "plugins/vars/store/disk.hpp"

namespace fleetd::vars {

namespace {

fleet::Error failed(const std::string& source, const std::string& what) {
  return age::error("VARS99", source + ": " + what,
                    "use an age key, which may have a passphrase (age -p), or a copy of the ssh key without one");
}

#ifdef __linux__

constexpr std::size_t kLargest = 64 << 10;  // bytes of a key

// Overwrites what the memory holds before it goes.
class Copy {
 public:
  Copy() : fd_(::memfd_create("key", MFD_CLOEXEC)) {}
  Copy(const Copy&) = delete;
  Copy& operator=(const Copy&) = delete;
  ~Copy() {
    if (fd_ < 0) return;
    struct stat info {};
    const char zeros[4096] = {};
    if (::fstat(fd_, &info) == 0)
      for (off_t at = 0; at < info.st_size; at += static_cast<off_t>(sizeof zeros))
        static_cast<void>(!::pwrite(fd_, zeros, sizeof zeros, at));
    ::close(fd_);
  }
  int fd() const { return fd_; }

 private:
  int fd_;
};

// In the child, which has the terminal and its own number for the copy.
[[noreturn]] void becomeKeygen(int copy, int terminal) {
  constexpr int kNumber = 9;
  const int nothing = ::open("/dev/null", O_WRONLY);
  if (::dup2(copy, kNumber) != kNumber || ::dup2(terminal, 0) != 0 || ::dup2(nothing, 1) != 1 ||
      ::dup2(terminal, 2) != 2)
    ::_exit(126);
  for (const int one : {SIGPIPE, SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGCHLD}) std::signal(one, SIG_DFL);
  ::execlp("ssh-keygen", "ssh-keygen", "-q", "-p", "-N", "", "-f", "/proc/self/fd/9", static_cast<char*>(nullptr));
  ::_exit(127);
}

fleet::Result<SecretBytes> contentOf(int fd, const std::string& source) {
  struct stat info {};
  if (::fstat(fd, &info) != 0 || info.st_size <= 0 || static_cast<std::size_t>(info.st_size) > kLargest)
    return failed(source, "ssh-keygen left no key");
  FLEET_TRY_ASSIGN(auto out, SecretBytes::make(static_cast<std::size_t>(info.st_size)));
  std::size_t at = 0;
  while (at < out.size()) {
    const ssize_t size = ::pread(fd, out.data() + at, out.size() - at, static_cast<off_t>(at));
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return failed(source, "the key cannot be read back");
    at += static_cast<std::size_t>(size);
  }
  return out;
}

#endif

}  // namespace

fleet::Result<SecretBytes> unlockSshKey(std::string_view pem, const std::string& source) {
#ifdef __linux__
  const disk::Fd terminal(::open("/dev/tty", O_RDWR | O_CLOEXEC));
  if (terminal.get() < 0) {
    fleet::Error error = age::error("VARS50", source + " has a passphrase, and there is no terminal to ask for it");
    error.hint = "run it on a terminal, or give the key itself in $SOPS_AGE_KEY";
    return error;
  }
  const Copy copy;
  // ssh-keygen takes no key that others could read.
  if (copy.fd() < 0 || ::fchmod(copy.fd(), 0600) != 0 || pem.size() > kLargest)
    return failed(source, std::string("there is no memory for a copy: ") + std::strerror(errno));
  FLEET_TRY(disk::writeAll(copy.fd(), pem, source));
  const std::string text = "Passphrase of " + source + "\n";
  FLEET_TRY(disk::writeAll(terminal.get(), text, "the terminal"));
  const pid_t pid = ::fork();
  if (pid == 0) becomeKeygen(copy.fd(), terminal.get());
  if (pid < 0) return failed(source, "ssh-keygen cannot be started");
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0)
    if (errno != EINTR) return failed(source, "ssh-keygen is gone");
  if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
    return failed(source, "it has a passphrase, and ssh-keygen, which opens it, is not in PATH");
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) return failed(source, "ssh-keygen did not open it");
  return contentOf(copy.fd(), source);
#else
  static_cast<void>(pem);
  return failed(source, "ssh keys with a passphrase cannot be used on this system");
#endif
}

}  // namespace fleetd::vars
