// Monotonic time and deadlines. Wall-clock time has no place in results; it is not offered here.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>

namespace fleetd::base {

using Nanoseconds = std::chrono::nanoseconds;

// Nanoseconds since some fixed point; never goes back.
inline std::int64_t monotonicNanos() {
  return std::chrono::duration_cast<Nanoseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// A point in monotonic time, or never.
class Deadline {
 public:
  static Deadline never() { return Deadline(); }
  static Deadline after(Nanoseconds span) {
    Deadline out;
    out.at_ = monotonicNanos() + span.count();
    return out;
  }

  bool isNever() const { return !at_; }
  bool expired() const { return at_ && monotonicNanos() >= *at_; }
  // Zero once expired; nothing for `never`.
  std::optional<Nanoseconds> remaining() const {
    if (!at_) return std::nullopt;
    const std::int64_t left = *at_ - monotonicNanos();
    return Nanoseconds(left > 0 ? left : 0);
  }
  // For poll(2): milliseconds rounded up, at most an hour; -1 for `never`.
  int pollTimeout() const {
    const auto left = remaining();
    if (!left) return -1;
    const std::int64_t ms = (left->count() + 999'999) / 1'000'000;
    return static_cast<int>(ms < 3'600'000 ? ms : 3'600'000);
  }

 private:
  std::optional<std::int64_t> at_;
};

class Stopwatch {
 public:
  Nanoseconds elapsed() const { return Nanoseconds(monotonicNanos() - start_); }

 private:
  std::int64_t start_ = monotonicNanos();
};

}  // namespace fleetd::base
