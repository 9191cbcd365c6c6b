// Locked memory, a prompt without echo, and a pipe for what must not pass through argv, environment or files.
#include "kernel/process/secret.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <thread>

#include "kernel/process/crash.hpp"
#include "kernel/process/quiet_pipe.hpp"

namespace fleetd::process {

namespace {

using base::Code;
using base::Error;
using base::UniqueFd;

constexpr std::size_t kRoom = Secret::kMost + 1;

void wipe(char* memory, std::size_t size) {
  volatile char* at = memory;
  for (std::size_t i = 0; i < size; ++i) at[i] = '\0';
}

bool writeAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t done = writeQuietly(fd, bytes);
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(done));
  }
  return true;
}

// A signal handler can reach nothing else than static data.
int hiddenTerminal = -1;
termios shownBefore{};

// Ends the process as the signal would have, with the terminal as it was found.
void endShown(int number) {
  static_cast<void>(::tcsetattr(hiddenTerminal, TCSANOW, &shownBefore));
  ::signal(number, SIG_DFL);
  ::raise(number);  // delivered when the handler returns
}

// The terminal without echo, while it lives. A signal reaches any thread of the process, so masks would not do. One at
// a time.
class Hidden {
 public:
  explicit Hidden(int fd) {
    if (::tcgetattr(fd, &shownBefore) != 0) return;
    hiddenTerminal = fd;
    for (std::size_t i = 0; i < kSignals.size(); ++i) {
      struct sigaction action {};
      // Who stops the program and takes the terminal would find it without echo.
      action.sa_handler = kSignals[i] == SIGTSTP ? SIG_IGN : endShown;
      ::sigemptyset(&action.sa_mask);
      ::sigaction(kSignals[i], nullptr, &previous_[i]);
      if (previous_[i].sa_handler != SIG_IGN) ::sigaction(kSignals[i], &action, nullptr);
    }
    termios now = shownBefore;
    now.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    static_cast<void>(::tcsetattr(fd, TCSAFLUSH, &now));
  }
  ~Hidden() {
    if (hiddenTerminal < 0) return;
    static_cast<void>(::tcsetattr(hiddenTerminal, TCSAFLUSH, &shownBefore));
    for (std::size_t i = 0; i < kSignals.size(); ++i) ::sigaction(kSignals[i], &previous_[i], nullptr);
    hiddenTerminal = -1;
  }
  Hidden(const Hidden&) = delete;
  Hidden& operator=(const Hidden&) = delete;

 private:
  static constexpr std::array kSignals{SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGTSTP};
  std::array<struct sigaction, kSignals.size()> previous_{};
};

}  // namespace

Secret::~Secret() {
  wipe(memory_, kRoom);
  static_cast<void>(::munlock(memory_, kRoom));
  static_cast<void>(::munmap(memory_, kRoom));
}

Result<std::shared_ptr<Secret>> Secret::readLine(int fd) {
  void* const mapped = ::mmap(nullptr, kRoom, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) return Error{Code::FL0906, "no memory for a password", "", {}};
  if (::mlock(mapped, kRoom) != 0) {
    static_cast<void>(::munmap(mapped, kRoom));
    return Error{Code::FL0003, "memory for a password cannot be locked", "look at `ulimit -l`", {}};
  }
#ifdef MADV_DONTDUMP
  static_cast<void>(::madvise(mapped, kRoom, MADV_DONTDUMP));
#endif
  std::shared_ptr<Secret> out(new Secret(static_cast<char*>(mapped)));
  // Byte by byte: what follows the line is somebody else's.
  for (;;) {
    const ssize_t got = ::read(fd, out->memory_ + out->size_, 1);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0 || out->memory_[out->size_] == '\n') break;
    if (++out->size_ > kMost - 1) return Error{Code::FL0903, "the password is too long", "", {}};
  }
  if (out->size_ == 0) return Error{Code::FL0903, "no password was given", "", {}};
  return out;
}

Result<std::shared_ptr<Secret>> Secret::ask(const std::string& question) {
  cannotRepeat();
  if (::isatty(STDIN_FILENO) == 0) return readLine(STDIN_FILENO);
  const UniqueFd terminal(::open("/dev/tty", O_RDWR | O_CLOEXEC));
  const int fd = terminal ? terminal.get() : STDIN_FILENO;
  static_cast<void>(writeAll(terminal ? fd : STDERR_FILENO, question));
  auto out = [&] {
    const Hidden hidden(fd);
    return readLine(fd);
  }();
  static_cast<void>(writeAll(terminal ? fd : STDERR_FILENO, "\n"));
  return out;
}

Result<UniqueFd> secretPipe(std::shared_ptr<const Secret> secret, std::string text, int rest) {
  base::Pipe pipe = base::makePipe();
  if (!pipe.read) return Error{Code::FL0003, "cannot make a pipe", std::strerror(errno), {}};
  const int copy = rest < 0 ? -1 : ::fcntl(rest, F_DUPFD_CLOEXEC, 0);
  std::thread([secret = std::move(secret), text = std::move(text), copy, writer = std::move(pipe.write)] {
    const UniqueFd from(copy);
    if (!writeAll(writer.get(), secret->bytes()) || !writeAll(writer.get(), "\n") || !writeAll(writer.get(), text))
      return;
    std::array<char, 4096> buffer{};
    while (from) {
      const ssize_t got = ::read(from.get(), buffer.data(), buffer.size());
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0 || !writeAll(writer.get(), {buffer.data(), static_cast<std::size_t>(got)})) break;
    }
    wipe(buffer.data(), buffer.size());
  }).detach();
  return std::move(pipe.read);
}

}  // namespace fleetd::process
