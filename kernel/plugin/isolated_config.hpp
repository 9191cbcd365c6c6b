// What fleetd tells a fleet-plugin-host on its standard input: nothing of it is for the eyes of others, so neither
// arguments nor the environment carry it.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "kernel/base/result.hpp"
#include "kernel/plugin/plugin_host.hpp"
#include "kernel/process/confine.hpp"

namespace fleetd::plugin {

struct IsolatedConfig {
  PluginHostConfig host;  // without its functions
  process::Ceilings ceilings;
};

std::string encodeConfig(const IsolatedConfig& config);
// Errors: FL0310.
Result<IsolatedConfig> decodeConfig(std::string_view bytes);

}  // namespace fleetd::plugin
