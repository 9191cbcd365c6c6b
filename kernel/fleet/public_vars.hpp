// Public values of generated variables, as they lie in the repository in clan's layout:
// vars/per-machine/<machine>/<generator>/<file>/value and vars/shared/<generator>/<file>/value.
#pragma once
#include <map>
#include <string>

namespace fleetd::fleet {

using PublicValues = std::map<std::string, std::map<std::string, std::string>>;  // generator -> file -> value

// Every public value below `directory` (a machine's, or what all share). What is missing, unreadable or larger than
// 1 MiB is not listed. Values are as the files are, final newlines included.
PublicValues publicValuesIn(const std::string& directory);

std::string varsOfMachine(const std::string& fleet, const std::string& machine);
std::string varsOfAll(const std::string& fleet);

}  // namespace fleetd::fleet
