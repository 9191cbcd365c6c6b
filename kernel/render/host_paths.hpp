// Directory names for hosts: readable, safe in any file system, different for different hosts.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "kernel/fleet/host.hpp"

namespace fleetd::render {

// "hosts/<class>/<name>" for each host, in their order. Bytes other than letters, digits and "._+@-" become %xx; names
// that differ only in case get a number.
std::vector<std::string> hostDirectories(const std::vector<fleet::Host>& hosts);

}  // namespace fleetd::render
