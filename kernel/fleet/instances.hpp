// Service instances of the inventory as the layers above need them: who has which role, with which settings.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "kernel/base/diagnostic.hpp"
#include "kernel/fleet/fleet.hpp"

namespace fleetd::fleet {

struct InstanceRole {
  std::map<std::string, lang::Value> machines;  // machine -> settings of that machine, not evaluated
  std::vector<std::string> named;               // machines the inventory names, sorted; some may not exist
  std::vector<std::string> tags;                // tags the role is given to, sorted
};

struct ServiceInstance {
  std::string name;
  std::string service;  // the name of its module
  std::string input;    // the flake input the module comes from; empty = the built-in ones
  bool own = false;     // a module of this fleet, evaluated natively
  std::map<std::string, InstanceRole> roles;
  Span place;  // of its name in the inventory
};

// What the inventory says of the fleet as a whole.
struct InventoryMeta {
  std::string name, domain;
};

struct Inventory {
  InventoryMeta meta;
  std::vector<std::string> machines;                     // sorted
  std::map<std::string, std::vector<std::string>> tags;  // tag -> machines, sorted
  std::vector<ServiceInstance> instances;                // sorted by name
  std::string directory;                                 // where vars/ and machines/ are; empty when unknown
};

// Empty without an inventory. What cannot be evaluated is reported and left out. Thread: the fleet's.
Inventory readInventory(Fleet& fleet, base::Diagnostics& diagnostics);

}  // namespace fleetd::fleet
