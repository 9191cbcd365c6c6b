// Composing many hosts together: over shared modules where that is possible, on several processors.
#pragma once
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "kernel/base/record.hpp"
#include "kernel/fleet/composed_host.hpp"
#include "kernel/fleet/fleet.hpp"

namespace fleetd::fleet {

// What composing a host together with others gives.
struct SharedResult {
  Counts counts;
  std::string system;
  std::vector<std::string> aggregates;  // of the host itself
  std::vector<std::string> imported;    // "<class>.<name>", those of its homes included; may repeat
  std::vector<std::string> homes;       // inside of the host
  std::string json;                     // of the whole configuration, when it was wanted
};

// Between a worker and its parent.
void writeResult(base::RecordWriter& out, const SharedResult& result);
bool readResult(base::RecordReader& in, SharedResult& out);  // false: there is no whole one

}  // namespace fleetd::fleet
