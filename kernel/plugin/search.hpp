// Where plugin libraries are looked for, and which files are there. Nothing is loaded here.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "kernel/base/diagnostic.hpp"

namespace fleetd::plugin {

enum class Origin : std::uint8_t {
  environment,  // $FLEETD_PLUGIN_PATH
  installed,    // <exe>/../lib/fleetd/plugins
  build,        // <exe>/plugins, the build tree; also searched two directories deep
  fleet,        // <fleet>/plugins: code that comes with a fleet
};
std::string_view originName(Origin origin);

struct SearchPath {
  std::string directory;  // absolute
  Origin origin = Origin::installed;
};

// A file <id>.so
struct PluginFile {
  std::string id;
  std::string path;
  Origin origin = Origin::installed;
  bool bundled = false;  // it comes with this fleetd, whichever way it was found
};

// The directories in search order: those of the colon-separated `environment` (empty and relative ones are
// left out), the installed one, the build tree's, the fleet's. `executable` is the absolute path of this
// program, `fleetDirectory` may be empty.
std::vector<SearchPath> searchPaths(std::string_view environment, const std::string& executable,
                                    const std::string& fleetDirectory);

// All plugin files, by id. Directories that do not exist are skipped. An id found twice gives FL0306 (a note
// when both are the same file) and the first in search order. Files that are not regular are
// FL0303. Who may change a file is looked at when it is loaded.
std::vector<PluginFile> findPlugins(const std::vector<SearchPath>& paths, Diagnostics& diagnostics);

}  // namespace fleetd::plugin
