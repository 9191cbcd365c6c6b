// Asking ways whether they lead anywhere.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "kernel/cli/network.hpp"

namespace fleetd::cli {

struct WayAnswer {
  bool yes = false;
  std::string text;  // "yes", or why not
  std::int64_t milliseconds = 0;
};

// All at once, each by itself; what only ssh can reach by ssh. In the order of the ways. Errors: those of openSsh.
Result<std::vector<WayAnswer>> askWays(Context& cx, const std::vector<Way>& ways);

}  // namespace fleetd::cli
