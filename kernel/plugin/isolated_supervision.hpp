// Supervision: what to do about the process of a plugin, as a function of what it is and what happened. Nothing is done
// here.
#pragma once
#include <cstdint>
#include <string_view>

namespace fleetd::plugin {

enum class Phase : std::uint8_t {
  down,      // no process
  starting,  // a process, no hello yet
  ready,     // nothing to do
  calling,   // asked something
  waiting,   // no process; it is started again after a while
  stopping,  // told to end
  failed,    // for good
};
std::string_view phaseName(Phase phase);

enum class Event : std::uint8_t {
  start,     // it is needed
  hello,     // it is up
  refused,   // it said why it cannot be
  call,      // it is asked something more
  answered,  // one answer came
  deadline,  // it did not start, answer or end in time
  broke,     // it broke the rules of the bus
  died,      // its process is gone
  wake,      // the time of waiting is over
  stop,      // it is not needed any more
};

struct Supervision {
  Phase phase = Phase::down;
  unsigned calls = 0;     // that wait for an answer
  unsigned restarts = 0;  // so far
  friend bool operator==(const Supervision&, const Supervision&) = default;
};

struct RestartPolicy {
  bool pure = false;          // it can be asked the same again
  unsigned restarts = 2;      // at most
  std::uint32_t waitMs = 50;  // before the first; four times as long before each further one
};

struct Step {
  Supervision now;
  // What is to be done, in this order.
  bool kill = false;         // its process
  bool bye = false;          // tell it to end
  bool report = false;       // the one diagnostic; calls end with it
  bool spawn = false;        // a process
  bool again = false;        // once it is up: ask what was not answered
  std::uint32_t waitMs = 0;  // then comes Event::wake
  friend bool operator==(const Step&, const Step&) = default;
};

// Events that mean nothing in a phase change nothing.
Step step(const Supervision& before, Event event, const RestartPolicy& policy);

}  // namespace fleetd::plugin
