// Threads with a chosen stack size, and how much stack is left. Evaluators recurse; the kernel's default of 8
// MiB is too little.
#pragma once
#include <pthread.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <type_traits>
#include <utility>

#include "kernel/base/result.hpp"

namespace fleetd::base {

// Bytes of address space; pages are only used when touched.
inline constexpr std::size_t kBigStack = std::size_t{1} << 30;

// A joinable thread. Joins in its destructor. The stack is halved down to 8 MiB while the system refuses the
// size asked for.
class StackThread {
 public:
  StackThread() = default;
  StackThread(StackThread&& other) noexcept : thread_(other.thread_), running_(std::exchange(other.running_, false)) {}
  StackThread& operator=(StackThread&&) = delete;
  ~StackThread() { join(); }

  // Errors: FL0004 when no thread can be had.
  static Result<StackThread> start(std::size_t stackBytes, std::function<void()> body);
  void join();

 private:
  pthread_t thread_{};
  bool running_ = false;
};

// The lowest address that the calling thread's stack may reach, with a reserve for signal handlers and
// library calls.
std::uintptr_t stackLimit();
// Bytes left above that limit; 0 when it is passed. A few nanoseconds.
inline std::size_t stackRemaining() {
  const auto here = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
  const std::uintptr_t limit = stackLimit();
  return here > limit ? here - limit : 0;
}

// Runs `body` on a thread with a stack of `stackBytes` and waits for it. Errors: FL0004 when no thread can be
// had.
Result<void> runOnBigStack(const std::function<void()>& body, std::size_t stackBytes = kBigStack);

}  // namespace fleetd::base
