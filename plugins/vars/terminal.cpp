// The terminal with echo turned off, and back on whatever happens.
#include "plugins/vars/terminal.hpp"

#include <cerrno>
#include <csignal>
#include <cstring>

#include <fcntl.h>
#include <sodium.h>
#include <termios.h>
#include <unistd.h>

#include "plugins/vars/age/primitives.hpp"

namespace fleetd::vars {

namespace {

constexpr std::size_t kMaxAnswer = 64 << 10, kMaxInput = 16 << 20;
constexpr int kTries = 3;

class Terminal {
 public:
  Terminal() : fd_(::open("/dev/tty", O_RDWR | O_CLOEXEC)) {}
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;
  ~Terminal() {
    if (fd_ >= 0) ::close(fd_);
  }
  bool isThere() const { return fd_ >= 0; }
  int fd() const { return fd_; }
  void say(std::string_view text) const {
    while (!text.empty()) {
      const ssize_t size = ::write(fd_, text.data(), text.size());
      if (size <= 0) return;
      text.remove_prefix(static_cast<std::size_t>(size));
    }
  }

 private:
  int fd_;
};

// Signals that end the program wait until echo is on again.
class Quiet {
 public:
  Quiet(const Terminal& terminal, bool quiet) : terminal_(terminal), quiet_(quiet) {
    if (!quiet_ || tcgetattr(terminal_.fd(), &before_) != 0) {
      quiet_ = false;
      return;
    }
    sigset_t signals;
    sigemptyset(&signals);
    for (const int one : {SIGTERM, SIGHUP, SIGTSTP}) sigaddset(&signals, one);
    pthread_sigmask(SIG_BLOCK, &signals, &mask_);
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO | ISIG);  // Ctrl-C arrives as a character
    silent.c_lflag |= ECHONL;
    silent.c_cc[VEOL] = 3;  // and ends the line it is in
    tcsetattr(terminal_.fd(), TCSAFLUSH, &silent);
  }
  Quiet(const Quiet&) = delete;
  Quiet& operator=(const Quiet&) = delete;
  ~Quiet() {
    if (!quiet_) return;
    tcsetattr(terminal_.fd(), TCSAFLUSH, &before_);
    pthread_sigmask(SIG_SETMASK, &mask_, nullptr);
  }

 private:
  const Terminal& terminal_;
  bool quiet_;
  termios before_{};
  sigset_t mask_{};
};

fleet::Error interrupted() { return age::error("VARS52", "the question was not answered"); }

// Up to the end of a line, or of the input when there may be many.
fleet::Result<SecretBytes> readAnswer(const Terminal& terminal, bool multiline) {
  FLEET_TRY_ASSIGN(auto out, SecretBytes::make(kMaxAnswer));
  std::size_t size = 0;
  for (;;) {
    std::uint8_t byte = 0;
    const ssize_t got = ::read(terminal.fd(), &byte, 1);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 || byte == 3) return interrupted();
    if (got == 0) {
      if (!multiline && size == 0) return interrupted();
      break;
    }
    if (byte == '\n' && !multiline) break;
    if (size == kMaxAnswer) return age::error("VARS52", "the answer is longer than 64 KiB");
    out.data()[size++] = byte;
  }
  out.shrink(size);
  return out;
}

}  // namespace

fleet::Result<SecretBytes> ask(const std::string& title, const std::string& description, const std::string& type) {
  const Terminal terminal;
  if (!terminal.isThere())
    return age::error("VARS50", "there is no terminal to ask for " + title, "set it with `fleetd vars set` first");
  const bool hidden = type.find("hidden") != std::string::npos, multiline = type.starts_with("multiline");
  const std::string question =
      title + (description.empty() ? "" : " (" + description + ")") + (multiline ? ", end with Ctrl-D:\n" : ": ");
  for (int tries = 0; tries < kTries; ++tries) {
    const Quiet quiet(terminal, hidden);
    terminal.say(question);
    FLEET_TRY_ASSIGN(auto first, readAnswer(terminal, multiline));
    if (!hidden) return first;
    terminal.say("again: ");
    FLEET_TRY_ASSIGN(const auto second, readAnswer(terminal, multiline));
    if (first.size() == second.size() && sodium_memcmp(first.data(), second.data(), first.size()) == 0) return first;
    terminal.say("The answers differ.\n");
  }
  return age::error("VARS52", "the answers for " + title + " differed three times");
}

fleet::Result<SecretBytes> askOnce(const std::string& title, bool hidden) {
  const Terminal terminal;
  if (!terminal.isThere()) return age::error("VARS50", "there is no terminal to ask for " + title);
  const Quiet quiet(terminal, hidden);
  terminal.say(title + ": ");
  return readAnswer(terminal, false);
}

void tell(const std::string& text) {
  const Terminal terminal;
  if (terminal.isThere()) terminal.say(text + "\n");
}

fleet::Result<SecretBytes> readInput() {
  FLEET_TRY_ASSIGN(auto out, SecretBytes::make(kMaxInput + 1));
  std::size_t size = 0;
  while (size <= kMaxInput) {
    const ssize_t got = ::read(STDIN_FILENO, out.data() + size, kMaxInput + 1 - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return age::error("VARS51", std::string("cannot read standard input: ") + std::strerror(errno));
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  if (size > kMaxInput) return age::error("VARS51", "standard input holds more than 16 MiB");
  FLEET_TRY_ASSIGN(auto exact, SecretBytes::copy(out.span().first(size)));
  return exact;
}

fleet::Result<void> writeOutput(const SecretBytes& bytes) { return writeTo(STDOUT_FILENO, bytes); }

fleet::Result<void> writeTo(int descriptor, const SecretBytes& bytes) {
  age::View rest = bytes.span();
  while (!rest.empty()) {
    const ssize_t size = ::write(descriptor, rest.data(), rest.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return age::error("VARS51", std::string("cannot write the value: ") + std::strerror(errno));
    rest = rest.subspan(static_cast<std::size_t>(size));
  }
  return {};
}

}  // namespace fleetd::vars
