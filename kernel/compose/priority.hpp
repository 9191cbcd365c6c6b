// What stands for the priority of a definition when only Nix can tell it.
#pragma once
#include <cstdint>
#include <limits>

namespace fleetd::compose {

inline constexpr std::int32_t kUnknownPriority = std::numeric_limits<std::int32_t>::min();

}  // namespace fleetd::compose
