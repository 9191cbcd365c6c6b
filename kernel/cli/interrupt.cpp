// Deferred signals.
#include "kernel/cli/interrupt.hpp"

#include <signal.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>

#include "kernel/process/left_behind.hpp"

namespace fleetd::cli {

namespace {

constexpr std::array kSignals{SIGINT, SIGTERM, SIGHUP};

// A signal handler can reach nothing else than static data.
volatile sig_atomic_t pendingSignal = 0;
volatile sig_atomic_t stopWriteFd = -1;
const char* volatile stopWords = nullptr;
std::array<struct sigaction, kSignals.size()> previous;

void keep(int number) {
  if (pendingSignal != 0) process::endInterrupted(number);
  pendingSignal = number;
}

void stop(int number) {
  const int saved = errno;
  if (pendingSignal == 0 && stopWords) {
    static_cast<void>(!::write(STDERR_FILENO, stopWords, std::strlen(stopWords)));
    static_cast<void>(!::write(stopWriteFd, "x", 1));
  }
  keep(number);
  errno = saved;
}

void install(void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  ::sigemptyset(&action.sa_mask);
  for (std::size_t i = 0; i < kSignals.size(); ++i) {
    ::sigaction(kSignals[i], nullptr, &previous[i]);
    // A signal that is ignored (nohup) stays ignored.
    if (previous[i].sa_handler != SIG_IGN) ::sigaction(kSignals[i], &action, nullptr);
  }
}

// What was kept happens now.
void restore() {
  for (std::size_t i = 0; i < kSignals.size(); ++i) ::sigaction(kSignals[i], &previous[i], nullptr);
  const int number = pendingSignal;
  pendingSignal = 0;
  // To this thread: on another one it would happen in its own time, and the process might have ended well by then.
  if (number != 0) ::raise(number);
}

}  // namespace

DeferInterrupts::DeferInterrupts() { install(keep); }
DeferInterrupts::~DeferInterrupts() { restore(); }

void StopOnInterrupt::keep(const char* words) {
  if (pipe_.read) return;
  pipe_ = base::makePipe();
  if (!pipe_.write) return;
  stopWriteFd = pipe_.write.get();
  stopWords = words;
  install(stop);
}

StopOnInterrupt::~StopOnInterrupt() {
  if (!pipe_.read) return;
  restore();
  stopWords = nullptr;
  stopWriteFd = -1;
}

}  // namespace fleetd::cli
