// The scripts of deploy/host, which run on hosts.
#pragma once
#include <string_view>

namespace fleetd::deploy {

// By file name. Generated from the files themselves.
std::string_view hostScript(std::string_view name);

}  // namespace fleetd::deploy
