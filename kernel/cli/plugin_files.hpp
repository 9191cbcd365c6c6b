// The files of a new plugin project, from cli/plugin_new.
#pragma once
#include <string_view>

namespace fleetd::cli {

// By file name. Generated from the files themselves.
std::string_view pluginFile(std::string_view name);

}  // namespace fleetd::cli
