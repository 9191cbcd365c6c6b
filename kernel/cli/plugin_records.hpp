// What plugins did in the last run of a command, kept beside the rest of a fleet's state.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "kernel/cli/context.hpp"
#include "kernel/plugin/touched.hpp"

namespace fleetd::cli {

// Keeps what the plugins of this run did, one file a plugin. A record, not a source of truth: where none can be kept,
// the command goes on, and says so with --verbose.
void keepPluginRecords(Context& cx);
// Nothing when none was kept. Errors: FL0825, FL0002, FL0006 for a damaged one.
Result<std::optional<plugin::Touched>> lastRun(std::string_view fleet, const std::string& id);

}  // namespace fleetd::cli
