// Composing many hosts together: over shared modules where that is possible, on several processors.
#pragma once
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/fleet/composed_host.hpp"
#include "kernel/fleet/fleet.hpp"

namespace fleetd::fleet {

// What composing a host together with others gives.
struct SharedResult {
  Counts counts;
  std::string system;
  std::vector<std::string> aggregates;  // of the host itself
  std::vector<std::string> imported;    // "<class>.<name>", those of its homes included; may repeat
  std::string json;                     // of the whole configuration, when it was wanted
};

// Between a worker and its parent, which are the same program.
void appendResult(std::string& out, const SharedResult* result);  // null: the parent must compose the host itself
// Takes one result off the front. False: there is no whole one. *there tells whether the worker had one.
bool takeResult(std::string_view* in, bool* there, SharedResult* out);

}  // namespace fleetd::fleet
