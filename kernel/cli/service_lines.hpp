// The services of a host as lines beside its options, so that a role that comes, goes or is set otherwise is seen as
// such.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "kernel/cli/option_changes.hpp"
#include "kernel/fleet/instances.hpp"
#include "kernel/lang/evaluator.hpp"

namespace fleetd::cli {

// A role of an instance on one host.
struct ServiceChange {
  enum class What : std::uint8_t { Comes, Goes, Changes };  // Changes: its settings, or what implements it
  What what;
  std::string instance, role;
  std::string service;  // of which it is an instance, the new one
};
std::string_view serviceChangeName(ServiceChange::What what);  // "new", "gone", "changed"

// `services/<instance>/<role> = "<service> <hash of the settings>"` for each role of the host, sorted, behind a line
// that says that services are listed at all. Empty for a fleet without an inventory.
std::string serviceLines(lang::Evaluator& ev, const fleet::Inventory& inventory, const std::string& host);
// Moves what such lines became out of changes. What was recorded before services were listed tells nothing of them.
std::vector<ServiceChange> takeServiceChanges(std::vector<OptionChange>& changes);

}  // namespace fleetd::cli
