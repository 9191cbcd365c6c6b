// Host: one machine or standalone home of the fleet, as level F found it.
#pragma once
#include <string>
#include <vector>

#include "kernel/base/span.hpp"
#include "kernel/lang/value.hpp"

namespace fleetd::fleet {

struct Host {
  std::string name;               // "cinnabar"; a standalone home: "crs58@aarch64-darwin"
  std::string klass;              // "nixos", "darwin" or "home"
  std::string system;             // "x86_64-linux"; empty when the fleet does not say
  std::vector<std::string> tags;  // own and computed, sorted, unique
  std::vector<std::string>
      aggregates;  // names of flake.modules.<class>.<name> it imports, directly or not, in order of first use
  std::vector<std::string> plugins;  // ids of the plugins selected for it, platform first
  Span place;                        // where the fleet defines it
  std::string origin;                // "nixosConfigurations", "clan", "fleet.json", …
  std::string provider;              // of clan.core, as the fleet says: "fleetd" or "clan"; empty: by origin
  std::string attribute;             // in the flake's legacyPackages.<system>.homeConfigurations, of such homes

  // The language side; values live as long as the Fleet.
  lang::Value modules;      // list of modules
  lang::Value specialArgs;  // set
};

}  // namespace fleetd::fleet
