// Runner: where a plugin runs: on a thread of this process, or in a process of its own.
#pragma once
#include <cstdint>

namespace fleetd::plugin {

class Runner {
 public:
  Runner() = default;
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;
  virtual ~Runner() = default;

  // Waits for its end, once the kernel said bye. False when the time is over.
  virtual bool finished(std::uint32_t timeoutMs) = 0;
  // Ends it by force where that is possible. True when something of it stays behind in this process, so that the bus it
  // uses must live on.
  virtual bool abandon() = 0;
};

}  // namespace fleetd::plugin
