// The files of a new fleet, from cli/init.
#pragma once
#include <string_view>

namespace fleetd::cli {

// By file name. Generated from the files themselves.
std::string_view initFile(std::string_view name);

}  // namespace fleetd::cli
