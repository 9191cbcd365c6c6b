// Which of several addresses answers.
#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "kernel/deploy/address.hpp"

namespace fleetd::deploy {

enum class Answer : unsigned char { Yes, No, NotAsked };

struct Reached {
  std::optional<std::size_t> best;   // index of the address to use
  std::vector<Answer> answers;       // of each
  std::vector<std::string> reasons;  // why one did not answer: "connection refused"
};

// Connects to the ssh ports of all addresses at once, the earlier ones being preferred: a later one is taken when all
// before it have failed, or have not answered within `grace`. An address that is reached through another host or a
// proxy is taken when nothing before it answers. Bounded by `limit`, name lookups aside. Thread: any.
Reached firstReachable(const std::vector<Address>& addresses,
                       std::chrono::milliseconds grace = std::chrono::milliseconds(300),
                       std::chrono::milliseconds limit = std::chrono::milliseconds(3000));

}  // namespace fleetd::deploy
