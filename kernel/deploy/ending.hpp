// Ending: what became of a host in a deployment, as far as that is known.
#pragma once
#include <cstdint>
#include <string_view>

namespace fleetd::deploy {

enum class Ending : std::uint8_t {
  Deployed,
  Unchanged,
  Incomplete,  // it has its system, and something that belongs to it is missing: keys, health, a reboot
  Back,        // it returned to the system before
  Failed,      // the system before was left alone, or could not be returned to; the error says which
  Unknown,
  NotReached
};
// "deployed", "unchanged", "incomplete", "rolled back", "failed", "unknown", "not reached"
std::string_view endingName(Ending ending);

}  // namespace fleetd::deploy
