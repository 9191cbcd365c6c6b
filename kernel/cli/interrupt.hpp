// Interrupts while files are written: the first is kept until the writing is done, the second ends the process at once.
#pragma once

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

}  // namespace fleetd::cli
