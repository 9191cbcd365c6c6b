// The plugins a command can use: where they are looked for on this machine.
#pragma once
#include <string>

#include "kernel/cli/context.hpp"
#include "kernel/plugin/plugins.hpp"

namespace fleetd::cli {

// Looks in $FLEETD_PLUGIN_PATH, beside this program and below the fleet (`root`, may be empty). Findings go to the context.
plugin::Plugins openPlugins(Context& cx, const std::string& root);

// What each host selects, for Plugins::select.
std::vector<plugin::HostPlugins> selections(const std::vector<const fleet::Host*>& hosts);

}  // namespace fleetd::cli
