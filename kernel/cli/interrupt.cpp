// Deferred signals.
#include "kernel/cli/interrupt.hpp"

#include <signal.h>
#include <unistd.h>

#include <array>
#include <cstddef>

namespace fleetd::cli {

namespace {

constexpr std::array kSignals{SIGINT, SIGTERM, SIGHUP};

// A signal handler can reach nothing else than static data.
volatile sig_atomic_t pendingSignal = 0;
std::array<struct sigaction, kSignals.size()> previous;

void keep(int number) {
  if (pendingSignal != 0) {
    ::signal(number, SIG_DFL);
    ::raise(number);  // delivered when the handler returns
  }
  pendingSignal = number;
}

}  // namespace

DeferInterrupts::DeferInterrupts() {
  struct sigaction action {};
  action.sa_handler = keep;
  action.sa_flags = SA_RESTART;
  ::sigemptyset(&action.sa_mask);
  for (std::size_t i = 0; i < kSignals.size(); ++i) {
    ::sigaction(kSignals[i], nullptr, &previous[i]);
    // A signal that is ignored (nohup) stays ignored.
    if (previous[i].sa_handler != SIG_IGN) ::sigaction(kSignals[i], &action, nullptr);
  }
}

DeferInterrupts::~DeferInterrupts() {
  for (std::size_t i = 0; i < kSignals.size(); ++i) ::sigaction(kSignals[i], &previous[i], nullptr);
  const int number = pendingSignal;
  pendingSignal = 0;
  if (number != 0) ::kill(::getpid(), number);
}

}  // namespace fleetd::cli
