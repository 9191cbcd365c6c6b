// Networks: what services export about where machines are reached.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "kernel/base/result.hpp"
#include "kernel/deploy/address.hpp"
#include "kernel/render/workspace.hpp"

namespace fleetd::deploy {

struct Network {
  std::string instance, service;
  std::int64_t priority = 1000;
  bool overlay = false;  // only members reach it
  bool tor = false;
  std::map<std::string, std::vector<Address>> machines;
  std::map<std::string, std::vector<Address>> devices;  // members that are no machines of the fleet
  std::vector<std::string> incomplete;                  // "web: its address is generated and does not exist yet"
};

// The highest priority first, then by name. `peer` exports without a `networking` export of the same instance are no
// network. A machine of the fleet among jump hosts is reached by its own addresses. Findings: FL0814, FL0881.
std::vector<Network> networksOf(const render::Services& services, Diagnostics& diagnostics);

// Lines of known_hosts for all machines whose keys were generated.
std::string knownHostsOf(const render::Services& services);

}  // namespace fleetd::deploy
