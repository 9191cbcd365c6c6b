// PluginHost: loads one plugin and serves it on the bus. The same code runs on a thread of fleetd and, one
// day, as the main loop of a process of its own; only the endpoint differs.
#pragma once
#include <string>

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
};

// Connects, loads, activates, says hello (its body is the manifest, or an error in its place), answers
// requests until the kernel says bye or the bus ends, then deactivates and destroys. The calling thread is
// the plugin thread.
void servePlugin(const bus::Context& context, const PluginHostConfig& config);

}  // namespace fleetd::plugin
