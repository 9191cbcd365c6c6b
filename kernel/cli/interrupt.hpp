// Interrupts while files are written: the first is kept until the writing is done, the second ends the process at once.
#pragma once
#include "kernel/base/fd.hpp"

namespace fleetd::cli {

// While one lives, the first SIGINT, SIGTERM or SIGHUP waits; the destructor lets it happen. Thread: create on any, one
// at a time.
class DeferInterrupts {
 public:
  DeferInterrupts();
  ~DeferInterrupts();
  DeferInterrupts(const DeferInterrupts&) = delete;
  DeferInterrupts& operator=(const DeferInterrupts&) = delete;
};

// For work that is brought to a good end instead: the first of these signals is kept for those who look at stopFd(),
// and a word is said to the terminal; the second ends the process at once. The destructor lets the first happen after
// all, so it is made before what has to be cleaned up. Thread: one at a time, in place of DeferInterrupts.
class StopOnInterrupt {
 public:
  StopOnInterrupt() = default;
  ~StopOnInterrupt();
  StopOnInterrupt(const StopOnInterrupt&) = delete;
  StopOnInterrupt& operator=(const StopOnInterrupt&) = delete;

  // From now on. `words` are static.
  void keep(const char* words);
  // Can be read from once there was a signal; -1 before keep().
  int stopFd() const { return pipe_.read.get(); }

 private:
  base::Pipe pipe_;
};

}  // namespace fleetd::cli
