// Whether an ssh server greets at an address.
#pragma once
#include <string>

#include "kernel/base/clock.hpp"

namespace fleetd::deploy {

struct Greeting {
  bool heard = false;
  bool lookedUp = true;  // false: the name is known to nobody here; perhaps to ssh's configuration
  std::string why;       // not heard: "Connection refused"
};

// Connects, to all addresses a name has if need be, and waits for the server's first line. Looking a name up can take
// longer than the deadline. Thread: any.
Greeting greetingOf(const std::string& host, unsigned port, const base::Deadline& deadline);

// Connects, and closes the connection at once. Why it could not, or "".
std::string connects(const std::string& host, unsigned port, const base::Deadline& deadline);

}  // namespace fleetd::deploy
