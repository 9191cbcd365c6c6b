// ChildExit: owns a child process until it has been waited for.
#pragma once
#include <sys/types.h>

#include <utility>

#include "kernel/base/fd.hpp"

namespace fleetd::process {

class ChildExit {
 public:
  ChildExit() = default;
  explicit ChildExit(pid_t pid);
  ChildExit(ChildExit&& other) noexcept { *this = std::move(other); }
  ChildExit& operator=(ChildExit&& other) noexcept;
  // A child that still runs is killed and waited for: no zombie outlives its owner.
  ~ChildExit();

  pid_t pid() const { return pid_; }
  // Readable once the child has ended; -1 where the system has no such descriptor.
  int pollFd() const { return pollFd_.get(); }
  // Asks without waiting. Always true after it was true once, and for the empty object.
  bool ended();
  // Waits for the end.
  void wait();
  // Sends a signal unless the child was waited for already; to its process group (of the same number) if
  // asked for, also afterwards.
  void signal(int number, bool group = false);

  int code() const { return code_; }            // exit status, or 0 when a signal ended it
  int endSignal() const { return endSignal_; }  // or 0

 private:
  void take(int status);

  pid_t pid_ = 0;
  bool ended_ = true;
  int code_ = 0;
  int endSignal_ = 0;
  base::UniqueFd pollFd_;
};

}  // namespace fleetd::process
