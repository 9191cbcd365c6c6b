// Checks of the fleet as a whole: assertions it makes itself, tags nobody uses, directories without a machine, and
// which checks are silenced.
#pragma once
#include <set>
#include <string>

#include "kernel/base/diagnostic.hpp"
#include "kernel/fleet/fleet.hpp"
#include "kernel/fleet/instances.hpp"

namespace fleetd::render {

// Checks that the fleet does not want to hear of: codes of those that are a matter of opinion, and ids of assertions.
class Silence {
 public:
  // `fleet.silence` of the flake's outputs, or `silence` of fleet.json. FL0624 for what can be nothing of this kind.
  static Silence read(fleet::Fleet& fleet, Diagnostics& diagnostics);

  bool contains(base::Code code) const { return ids_.contains(std::string(base::info(code).id)); }
  bool contains(const std::string& id) const { return ids_.contains(id); }
  // Hands on what is not silenced.
  void pass(const Diagnostics& from, Diagnostics& to) const;

 private:
  void add(const std::string& id, Diagnostics& diagnostics);

  std::set<std::string> ids_;
};

// `fleet.checks` and `clan.checks` (FL0621), tags (FL0622), directories (FL0623).
void checkFleet(fleet::Fleet& fleet, const fleet::Inventory& inventory, const Silence& silence,
                Diagnostics& diagnostics);

}  // namespace fleetd::render
