// Every limit of the bus in one place. They are checked before memory is spent on what a peer claims.
#pragma once
#include <cstddef>
#include <cstdint>

#include <fleet/types.h>

namespace fleetd::bus {

inline constexpr std::size_t kMaxHeaderBytes = 1024;
inline constexpr std::size_t kMaxBodyBytes = FLEET_MAX_MESSAGE;
inline constexpr std::size_t kMaxPeerBytes = 64;    // a routing id
inline constexpr int kHighWater = 256;              // messages a socket queues; inproc adds up both ends
inline constexpr int kMaxDrain = 128;               // messages taken in one turn before others get theirs
inline constexpr std::size_t kMaxOutstanding = 64;  // requests to one peer that are on their way
inline constexpr std::uint32_t kMaxTimeoutMs = 600'000;
// Messages of one peer that answer nothing: this many at once, and a second on average.
inline constexpr int kMaxUnasked = 2000;
// Events, which may be lost: what each end of a reader's queue holds, and what waits for the bus thread.
inline constexpr int kEventHighWater = 1000;
inline constexpr std::size_t kMaxPosted = 4000;

// What one document may hold.
struct ScanLimits {
  std::size_t bytes = kMaxBodyBytes;
  std::size_t depth = FLEET_MAX_DEPTH;
  std::size_t nodes = FLEET_MAX_NODES;
};

}  // namespace fleetd::bus
