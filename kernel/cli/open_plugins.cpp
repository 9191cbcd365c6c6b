// Opening the plugins of this machine.
#include "kernel/cli/open_plugins.hpp"

#include <cstdlib>

#include <fmt/format.h>

#include "kernel/base/text.hpp"
#include "kernel/process/executable.hpp"

namespace fleetd::cli {

plugin::Plugins openPlugins(Context& cx, const std::string& root) {
  const char* variable = std::getenv("FLEETD_PLUGIN_PATH");
  // Without a path of its own the program still finds plugins in the other places.
  const auto executable = process::executablePath();
  plugin::PluginsOptions options;
  if (cx.verbose()) {
    const bool color = cx.out.colorMessages();
    options.log = [color](const std::string& id, int, const std::string& text) {
      fmt::print(stderr, "{}{}:{} {}\n", color ? kDim.start : "", id, color ? Style::kEnd : "", base::sanitize(text));
    };
  }
  return plugin::Plugins::open(plugin::searchPaths(variable ? variable : "", executable ? *executable : "", root), std::move(options),
                               cx.diagnostics);
}

std::vector<plugin::HostPlugins> selections(const std::vector<const fleet::Host*>& hosts) {
  std::vector<plugin::HostPlugins> out;
  out.reserve(hosts.size());
  for (const fleet::Host* host : hosts) out.push_back({host->name, host->klass, host->plugins, host->place});
  return out;
}

}  // namespace fleetd::cli
