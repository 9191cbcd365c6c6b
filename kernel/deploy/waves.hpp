// Waves: which targets are deployed to together, and which of them after others.
#pragma once
#include <cstddef>
#include <optional>
#include <vector>

#include "kernel/deploy/deployment.hpp"

namespace fleetd::deploy {

// The machine among the targets that a home, `user@machine`, is on.
std::optional<std::size_t> machineOf(const std::vector<Target>& targets, std::size_t home);
// The waves, as indices: canaries, the rest, then the last ones each alone; homes behind the systems of each.
std::vector<std::vector<std::size_t>> wavesOf(const std::vector<Target>& targets);
// One with canaries, or with the machines of homes that are.
bool isCanaryWave(const std::vector<Target>& targets, const std::vector<std::size_t>& wave);

}  // namespace fleetd::deploy
