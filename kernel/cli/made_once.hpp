// Options that only mean something while a machine is installed.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace fleetd::cli {

// Options of disko that differ between two configurations, given as text with an option a line, and that no deployment
// carries out: disks are partitioned and formatted once. Where something is mounted, and how, is not among them.
// Sorted.
std::vector<std::string> madeOnce(std::string_view before, std::string_view after);

}  // namespace fleetd::cli
