// Loop: the event loop of the bus thread. Everything on it runs on the thread that calls run(), one thing
// after the other.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>

namespace fleetd::bus {

class Loop {
 public:
  Loop();
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // Runs until stop(). Call it once.
  void run();
  // [thread-safe]
  void stop();
  // Runs `action` on the loop's thread, soon. [thread-safe]
  void post(std::function<void()> action);

  using TimerId = std::uint64_t;
  // [loop thread]
  TimerId after(std::int64_t nanoseconds, std::function<void()> action);
  bool cancel(TimerId timer);

  struct Impl;  // Boost.Asio, for the few files that need it (loop_impl.hpp)
  Impl& impl() { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace fleetd::bus
