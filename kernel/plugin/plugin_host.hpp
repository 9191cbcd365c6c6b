// PluginHost: loads one plugin and serves it on the bus. The same code runs on a thread of fleetd and as the main loop
// of fleet-plugin-host; only the endpoint differs.
#pragma once
#include <functional>
#include <string>

#include "kernel/base/result.hpp"
#include "kernel/bus/socket.hpp"
#include "kernel/plugin/host_api.hpp"

namespace fleetd::plugin {

struct PluginHostConfig {
  std::string endpoint;   // where the kernel listens
  std::string routingId;  // what the kernel expects this host under
  std::string library;    // absolute path
  std::string id;         // of the plugin inside
  std::string settings;   // the plugin's fleet-level settings, a msgpack map, or empty
  LogSink log;            // may be empty
  std::string token;      // what the hello proves itself with
  bool suspect = false;   // on a thread: a crash there is the plugin's, which can have a process of its own (crash.hpp)
  // Called once the kernel is reached and before anything of the plugin is loaded; may be empty.
  std::function<Result<void>()> beforeLoading;
};

// Connects, loads, activates, says hello (its body is the manifest, or an error in its place), answers
// requests until the kernel says bye or the bus ends, then deactivates and destroys. The calling thread is
// the plugin thread.
void servePlugin(const bus::Context& context, const PluginHostConfig& config);

}  // namespace fleetd::plugin
