// Service instances of the inventory as the layers above need them: who has which role, with which settings.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "kernel/base/diagnostic.hpp"
#include "kernel/fleet/fleet.hpp"

namespace fleetd::fleet {

// What a role of a service allows, as far as it is known.
struct RoleLimits {
  std::optional<std::int64_t> minMachines, maxMachines;
};

// What a service written in Nix says of itself.
struct OwnService {
  std::string name;  // of its manifest
  std::vector<std::string> roles;
  std::optional<std::int64_t> maxInstances;
  std::map<std::string, RoleLimits> limits;
};

struct InstanceRole {
  std::map<std::string, lang::Value> machines;  // machine -> settings of that machine, not evaluated
  std::vector<std::string> named;               // machines the inventory names, sorted; some may not exist
  std::vector<std::string> tags;                // tags the role is given to, sorted
  std::vector<std::string> excluded;            // machines that are left out, sorted; some may not exist
};

struct ServiceInstance {
  std::string name;
  std::string service;  // the name of its module
  std::string input;    // the flake input the module comes from; empty = the built-in ones
  bool own = false;     // a module of this fleet, evaluated natively
  OwnService declared;  // of those
  std::map<std::string, InstanceRole> roles;
  Span place;  // of its name in the inventory
};

// What the inventory says of the fleet as a whole.
struct InventoryMeta {
  std::string name, domain;
};

struct Inventory {
  InventoryMeta meta;
  std::vector<std::string> machines;                      // sorted
  std::map<std::string, std::string> classes;             // of machines
  std::map<std::string, std::vector<std::string>> tags;   // tag -> machines, sorted
  std::map<std::string, std::vector<std::string>> named;  // tag -> names in its list that are no machines, sorted
  std::vector<std::string> modules;                       // services this fleet offers, sorted
  std::vector<ServiceInstance> instances;                 // sorted by name
  std::string directory;                                  // where vars/ and machines/ are; empty when unknown
};

// Empty without an inventory. What cannot be evaluated is reported and left out. Thread: the fleet's.
Inventory readInventory(Fleet& fleet, base::Diagnostics& diagnostics);
// The modules that instances name, as far as they can be told without reading the whole; sorted, unique.
std::vector<std::string> servicesNamed(Fleet& fleet);
// The same of a clan's configuration that is still being evaluated.
Inventory readInventory(Fleet& fleet, lang::Value clan, base::Diagnostics& diagnostics);

}  // namespace fleetd::fleet
