// Directories that go with the program, even if an interrupt ends it.
#pragma once
#include <string>

namespace fleetd::process {

// While one lives, SIGINT, SIGTERM and SIGHUP remove the directory before they end the program; signals that are
// ignored or handled by somebody else are left alone. The destructor only forgets it. A program that is killed, or that
// has very many of them, leaves it behind. Thread: any.
class RemovedOnInterrupt {
 public:
  RemovedOnInterrupt() = default;
  explicit RemovedOnInterrupt(const std::string& path);  // absolute
  RemovedOnInterrupt(RemovedOnInterrupt&& other) noexcept : slot_(other.slot_) { other.slot_ = -1; }
  RemovedOnInterrupt& operator=(RemovedOnInterrupt&& other) noexcept;
  ~RemovedOnInterrupt();

 private:
  int slot_ = -1;
};

// What a handler of such a signal does to end the program after all: removes those directories, and raises the signal
// again. Safe in handlers.
void endInterrupted(int number);

}  // namespace fleetd::process
