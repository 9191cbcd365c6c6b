// What a command makes for people to keep, such as a picture: standard output, or the file that --out names.
#pragma once
#include <string>

#include "kernel/cli/context.hpp"

namespace fleetd::cli {

// To standard output without --out and for `-`. Errors: FL0003, FL0903.
Result<void> writeResult(Context& cx, const std::string& text);

}  // namespace fleetd::cli
