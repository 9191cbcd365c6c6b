// The terminal with echo turned off, and back on whatever happens.
#include "plugins/vars/terminal.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include <fcntl.h>
#include <sodium.h>
#include <termios.h>
#include <unistd.h>

#include "plugins/vars/age/primitives.hpp"
#include "plugins/vars/typing.hpp"

namespace fleetd::vars {

namespace {

constexpr std::size_t kMaxInput = 16 << 20;
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

// A signal handler can reach nothing else than static data.
int hiddenTerminal = -1;
termios shownBefore{};

// Ends the process as the signal would have, with the terminal as it was found.
void endShown(int number) {
  static_cast<void>(tcsetattr(hiddenTerminal, TCSANOW, &shownBefore));
  static_cast<void>(std::signal(number, SIG_DFL));
  static_cast<void>(std::raise(number));  // delivered when the handler returns
}

// The terminal without echo, while it lives; one at a time. A signal reaches any thread of the process, so masks of one
// would not do.
class Quiet {
 public:
  Quiet(const Terminal& terminal, bool quiet) {
    if (!quiet || tcgetattr(terminal.fd(), &shownBefore) != 0) return;
    hiddenTerminal = terminal.fd();
    for (std::size_t i = 0; i < kSignals.size(); ++i) {
      struct sigaction action {};
      // Who stops the program and takes the terminal would find it without echo.
      action.sa_handler = kSignals[i] == SIGTSTP ? SIG_IGN : endShown;
      sigemptyset(&action.sa_mask);
      sigaction(kSignals[i], nullptr, &before_[i]);
      if (before_[i].sa_handler != SIG_IGN) sigaction(kSignals[i], &action, nullptr);
    }
    termios silent = shownBefore;
    // Every key arrives as it is: the terminal's own lines end at 4095 bytes, and what is beyond is lost without a
    // word.
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO | ISIG | ICANON | IEXTEN);
    silent.c_cc[VMIN] = 1;
    silent.c_cc[VTIME] = 0;
    tcsetattr(terminal.fd(), TCSAFLUSH, &silent);
  }
  Quiet(const Quiet&) = delete;
  Quiet& operator=(const Quiet&) = delete;
  ~Quiet() {
    if (hiddenTerminal < 0) return;
    tcsetattr(hiddenTerminal, TCSAFLUSH, &shownBefore);
    for (std::size_t i = 0; i < kSignals.size(); ++i) sigaction(kSignals[i], &before_[i], nullptr);
    hiddenTerminal = -1;
  }

 private:
  static constexpr std::array kSignals{SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGTSTP};
  std::array<struct sigaction, kSignals.size()> before_{};
};

// Up to the end of a line, or of the input when there may be many.
fleet::Result<SecretBytes> readAnswer(const Terminal& terminal, bool hidden, bool multiline) {
  FLEET_TRY_ASSIGN(auto typing, Typing::begin(hidden, multiline));
  while (!typing.isDone()) {
    std::uint8_t byte = 0;
    const ssize_t got = ::read(terminal.fd(), &byte, 1);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Typing::interrupted();
    if (hidden && (byte == '\n' || byte == '\r') && got == 1) terminal.say("\n");
    FLEET_TRY(got == 0 ? typing.end() : typing.take(byte));
  }
  return typing.answer();
}

// A line of the fleet's, which must not move the cursor.
std::string printable(std::string_view text) {
  std::string out;
  for (const char c : text) out += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
  return out;
}

std::string textOf(const Question& question, bool multiline) {
  constexpr std::size_t kShown = 200;
  std::string out;
  if (!question.help.empty()) out += printable(question.help) + "\n";
  out += question.title + (question.description.empty() ? "" : " (" + printable(question.description) + ")");
  if (question.stored && question.shown && question.stored->size() <= kShown)
    out += " [" + printable(question.stored->text()) + "]";
  else if (question.stored)
    out += multiline ? ", nothing keeps what is stored" : ", Enter keeps what is stored";
  return out + (multiline ? ", end with Ctrl-D:\n" : ": ");
}

}  // namespace

fleet::Result<SecretBytes> ask(const Question& question) {
  const Terminal terminal;
  const std::string& title = question.title;
  if (!terminal.isThere())
    return age::error("VARS50", "there is no terminal to ask for " + title, "set it with `fleetd vars set` first");
  const bool hidden = question.type.find("hidden") != std::string::npos,
             multiline = question.type.starts_with("multiline");
  const std::string text = textOf(question, multiline);
  for (int tries = 0; tries < kTries; ++tries) {
    const Quiet quiet(terminal, hidden);
    terminal.say(text);
    FLEET_TRY_ASSIGN(auto first, readAnswer(terminal, hidden, multiline));
    if (question.stored && first.size() == 0) return SecretBytes::copy(question.stored->span());
    if (!hidden) return first;
    terminal.say("again: ");
    FLEET_TRY_ASSIGN(const auto second, readAnswer(terminal, hidden, multiline));
    if (first.size() == second.size() && sodium_memcmp(first.data(), second.data(), first.size()) == 0) return first;
    terminal.say("The answers differ.\n");
  }
  return age::error("VARS52", "the answers for " + title + " differed three times");
}

fleet::Result<SecretBytes> ask(const std::string& title, const std::string& description, const std::string& type) {
  return ask(Question{title, description, {}, type});
}

fleet::Result<SecretBytes> askOnce(const std::string& title, bool hidden) {
  const Terminal terminal;
  if (!terminal.isThere()) return age::error("VARS50", "there is no terminal to ask for " + title);
  const Quiet quiet(terminal, hidden);
  terminal.say(title + ": ");
  return readAnswer(terminal, hidden, false);
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

fleet::Result<void> writeOutput(const SecretBytes& bytes) {
  FLEET_TRY(writeTo(STDOUT_FILENO, bytes));
  // People see where a value ends; programs get it as it is.
  if (::isatty(STDOUT_FILENO) != 0 && (bytes.size() == 0 || bytes.text().back() != '\n'))
    static_cast<void>(!::write(STDOUT_FILENO, "\n", 1));
  return {};
}

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
