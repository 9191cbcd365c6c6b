// The plugins a command can use: where they are looked for on this machine.
#pragma once
#include <string>

#include "kernel/cli/context.hpp"
#include "kernel/plugin/plugins.hpp"

namespace fleetd::cli {

// Where plugins are looked for; `root` is the fleet's directory, or empty.
std::vector<plugin::SearchPath> pluginPaths(const std::string& root);
// Prints what plugins log, with --verbose; else nothing.
plugin::LogSink pluginLog(Context& cx);
// What people trust on this machine. Errors: FL0825 without a home.
Result<plugin::TrustStore> trustStore();
plugin::TrustCheck pluginTrust();

// Who is isolated: --isolate, else $FLEETD_ISOLATE, else third-party plugins; and what sandboxes show besides:
// --plugin-files and $FLEETD_PLUGIN_FILES. Error FL0903 for other words.
Result<plugin::Isolation> pluginIsolation(const Context& cx);

// Looks in $FLEETD_PLUGIN_PATH, beside this program and below the fleet (`root`, may be empty). Findings go to the
// context.
plugin::Plugins openPlugins(Context& cx, const std::string& root);

// What each host selects, for Plugins::select.
std::vector<plugin::HostPlugins> selections(const std::vector<const fleet::Host*>& hosts);

}  // namespace fleetd::cli
