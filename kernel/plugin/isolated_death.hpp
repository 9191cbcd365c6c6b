// How the process of a plugin ended, and the one error people read about it.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "kernel/base/result.hpp"
#include "kernel/process/spawn.hpp"

namespace fleetd::plugin {

// Who ended it.
enum class Cause : std::uint8_t {
  itself,
  deadline,  // it did not start, answer or end in time
  conduct,   // it broke the rules of the bus; `said` is what the bus says
  kernel,    // it was told to end
};

struct Death {
  Cause cause = Cause::itself;
  process::ExitStatus status;
  bool sandboxed = false;           // then the status is what the sandbox makes of it
  bool greeted = false;             // it said hello before
  std::vector<std::string> output;  // its last lines
  std::string cannotStart;          // why there was no process at all
  Error said;                       // with Cause::conduct
  std::uint64_t memory = 0;         // bytes it might have
};

// `during` is the topic it was asked, or empty: it started, or did nothing. FL0327 it ended by itself, FL0328 there was
// no sandbox for it, FL0329 it was stopped after a deadline, FL0330, FL0331 and FL0336 as the bus says, FL0332 memory.
Error describeDeath(const std::string& id, const Death& death, const std::string& during);

// Whether an error is about the process of a plugin, so that everything it was asked has the same one.
bool endsPlugin(Code code);

}  // namespace fleetd::plugin
