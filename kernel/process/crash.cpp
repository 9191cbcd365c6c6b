// Handlers of signals that end a program, and of its ends without a signal. What they call is safe in a handler:
// everything else was prepared before.
#include "kernel/process/crash.hpp"

#include <signal.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/syscall.h>
#endif

#include <array>
#include <atomic>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "kernel/base/text.hpp"
#include "kernel/process/executable.hpp"

extern char** environ;

namespace fleetd::process {

namespace {

constexpr const char* kVariable = "FLEETD_CRASHED";  // "name=signal:name=signal"
constexpr std::array kSignals{SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS};
constexpr int kEnded = 70;  // the exit code of fleetd when a plugin ended it
constexpr std::size_t kStack = 64 << 10, kMostNames = 4096, kMostWords = 8192;

// A signal handler can reach nothing else than static data.
struct Prepared {
  char** argv = nullptr;
  std::array<char, 4096> program{};
  std::array<char, kMostNames> names{};  // "NAME=..." of the variable, so far
  std::array<char*, kMostWords> environment{};
  std::array<struct sigaction, kSignals.size()> previous{};
  sigset_t mask{};
  pid_t process = 0;
};
Prepared prepared;
std::atomic<int> repeatable{0};
std::atomic<bool> spoiled{false}, falling{false};
thread_local const char* suspect = nullptr;

std::vector<Crash>& known() {
  static std::vector<Crash> all;
  return all;
}

const char* nameOf(int number) {
  switch (number) {
    case SIGSEGV: return "SIGSEGV";
    case SIGBUS: return "SIGBUS";
    case SIGFPE: return "SIGFPE";
    case SIGILL: return "SIGILL";
    case SIGTRAP: return "SIGTRAP";
    case SIGSYS: return "SIGSYS";
    default: return "SIGABRT";
  }
}

// Text of a fixed size, as much as fits.
class Line {
 public:
  Line(char* at, std::size_t size) : at_(at), left_(size - 1) { *at_ = '\0'; }
  Line& operator<<(const char* text) {
    for (; *text != '\0'; ++text) {
      if (left_ == 0) {
        whole_ = false;
        break;
      }
      *at_++ = *text;
      --left_;
    }
    *at_ = '\0';
    return *this;
  }
  bool whole() const { return whole_; }

 private:
  char* at_;
  std::size_t left_;
  bool whole_ = true;
};

bool crashedBefore(const char* name) {
  // Inside of "NAME=a=11:b=6".
  const std::size_t length = std::strlen(name);
  const char* at = std::strchr(prepared.names.data(), '=');
  for (; at && *at != '\0'; at = std::strchr(at, ':')) {
    ++at;
    if (std::strncmp(at, name, length) == 0 && at[length] == '=') return true;
  }
  return false;
}

// Returns when it cannot be.
void startAnew(int number) {
  if (crashedBefore(suspect)) return;
  static std::array<char, kMostNames> variable;
  std::array<char, 4> digits{static_cast<char>('0' + number / 10), static_cast<char>('0' + number % 10), '\0'};
  Line line(variable.data(), variable.size());
  line << prepared.names.data() << (std::strchr(prepared.names.data(), '=')[1] == '\0' ? "" : ":") << suspect << "="
       << digits.data();
  if (!line.whole()) return;
  std::size_t count = 0;
  for (char** one = environ; one && *one; ++one) {
    if (count + 2 >= prepared.environment.size()) return;
    prepared.environment[count++] = *one;
  }
  prepared.environment[count++] = variable.data();
  prepared.environment[count] = nullptr;
  ::sigprocmask(SIG_SETMASK, &prepared.mask, nullptr);
  ::execve(prepared.program.data(), prepared.argv, prepared.environment.data());
}

void say(int number) {
  std::array<char, 512> text{};
  Line(text.data(), text.size()) << "error[FL0327]: plugin `" << suspect
                                 << (number == 0 ? "` ended fleetd" : "` crashed inside of fleetd: ")
                                 << (number == 0 ? "" : nameOf(number))
                                 << "\n  = a defect of the plugin: with --isolate it runs in a process of its own\n";
  static_cast<void>(!::write(STDERR_FILENO, text.data(), std::strlen(text.data())));
}

// Whether a plugin's thread ends this program; a child that a plugin forked is its own affair.
bool isSuspected() { return suspect && prepared.process == ::getpid(); }

void blame(int number) {
  // Another thread crashed a moment before: what happens now is its.
  while (falling.exchange(true)) ::pause();
  if (repeatable > 0 && !spoiled) startAnew(number);
  say(number);
}

#ifdef __linux__
[[noreturn]] void endNow(int code) {
  for (;;) ::syscall(SYS_exit_group, code);
}
#else
[[noreturn]] void endNow(int code) { ::_exit(code); }
#endif

// Before the program ends without a signal.
void ended() {
  if (!isSuspected()) return;
  blame(0);
  endNow(kEnded);
}

void crashed(int number, siginfo_t* info, void*) {
  if (isSuspected()) blame(number);
  for (std::size_t i = 0; i < kSignals.size(); ++i)
    if (kSignals[i] == number) ::sigaction(number, &prepared.previous[i], nullptr);
  // A fault happens again where it was, and now finds whoever wants to know of it.
  if (number == SIGABRT || !info || info->si_code <= 0) ::raise(number);
}

void readNames(std::string_view text) {
  for (const auto part : base::split(text, ':')) {
    const auto equals = part.rfind('=');
    if (equals == std::string_view::npos || equals == 0) continue;
    Crash one;
    one.name = part.substr(0, equals);
    const auto digits = part.substr(equals + 1);
    std::from_chars(digits.data(), digits.data() + digits.size(), one.signal);
    known().push_back(std::move(one));
  }
}

}  // namespace

#ifdef __linux__
// A plugin that ends the program without its handlers finds these instead of those of the C library, which calls its
// own by other names.
extern "C" __attribute__((visibility("default"))) void _exit(int code) {
  ended();
  endNow(code);
}
extern "C" __attribute__((visibility("default"))) void _Exit(int code) noexcept {
  ended();
  endNow(code);
}
#endif

void catchCrashes(char** argv) {
  const char* before = std::getenv(kVariable);
  const std::string names = before ? before : "";
  ::unsetenv(kVariable);
  readNames(names);
  const auto program = executablePath();
  if (!argv || !program || program->size() >= prepared.program.size()) return;
  prepared.argv = argv;
  if (prepared.process == 0) {
    static_cast<void>(std::atexit(ended));
#ifdef __linux__
    static_cast<void>(::at_quick_exit(ended));
#endif
  }
  prepared.process = ::getpid();
  Line(prepared.program.data(), prepared.program.size()) << program->c_str();
  Line line(prepared.names.data(), prepared.names.size());
  line << kVariable << "=" << names.c_str();
  if (!line.whole()) spoiled = true;
  ::sigprocmask(SIG_SETMASK, nullptr, &prepared.mask);
  struct sigaction action {};
  action.sa_sigaction = crashed;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  ::sigemptyset(&action.sa_mask);
  for (std::size_t i = 0; i < kSignals.size(); ++i) ::sigaction(kSignals[i], &action, &prepared.previous[i]);
}

const std::vector<Crash>& crashes() { return known(); }

struct Suspect::Saved {
  const char* suspect = nullptr;
  stack_t stack{};
  std::unique_ptr<char[]> memory;
};

Suspect::Suspect(std::string name) : name_(std::move(name)), saved_(std::make_unique<Saved>()) {
  saved_->suspect = suspect;
  saved_->memory.reset(new char[kStack]);  // untouched, so it costs nothing before it is needed
  stack_t mine{};
  mine.ss_sp = saved_->memory.get();
  mine.ss_size = kStack;
  ::sigaltstack(&mine, &saved_->stack);
  suspect = name_.c_str();
}

Suspect::~Suspect() {
  suspect = saved_->suspect;
  ::sigaltstack(&saved_->stack, nullptr);
}

Repeatable::Repeatable(bool may) : may_(may) {
  if (may_) ++repeatable;
}

Repeatable::~Repeatable() {
  if (may_) --repeatable;
}

void cannotRepeat() { spoiled = true; }

}  // namespace fleetd::process
