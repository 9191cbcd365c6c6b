// The order in which findings are told, and which of them are one.
#pragma once
#include <vector>

#include "kernel/base/diagnostic.hpp"
#include "kernel/base/source.hpp"

namespace fleetd::base {

// Ordered by file name, place, code, host, option, message, and without duplicates: independent of the order
// in which files were loaded. What has no file comes first.
std::vector<Diagnostic> inSourceOrder(std::vector<Diagnostic> diagnostics, const SourceMap& sources);

// Findings that differ in nothing but the host become one, at the place of the first, whose notes name the hosts.
std::vector<Diagnostic> oncePerFinding(std::vector<Diagnostic> diagnostics);

}  // namespace fleetd::base
