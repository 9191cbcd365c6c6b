// Programs of others that work for us: where they are, and what of the environment is their business.
#pragma once
#include <string>
#include <vector>

namespace fleetd::vars {

// The whole path of a program; empty when it is not in PATH.
std::string programInPath(const std::string& name);
// KEY=VALUE, without the variables that hold secret keys.
std::vector<std::string> environmentForPrograms();

}  // namespace fleetd::vars
