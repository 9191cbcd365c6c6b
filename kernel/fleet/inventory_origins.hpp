// InventoryOrigins: what Nix files say of the inventory, path by path, beside what inventory.json says. It decides what
// may be written to inventory.json.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/base/json.hpp"
#include "kernel/base/span.hpp"
#include "kernel/fleet/fleet.hpp"

namespace fleetd::fleet {

using InventoryPath = std::vector<std::string>;

inline constexpr int kPlainPriority = 100;  // of a value without mkForce or mkDefault; inventory.json has this

// One path that Nix files define. Priorities as in the module system: lower wins.
struct Origin {
  int priority = kPlainPriority;           // the lowest of all definitions
  bool opaque = false;                     // defined by a function or something unknown: nothing below it is known
  base::Json value;                        // a scalar that wins among the Nix files; else null
  std::vector<base::Json> items;           // a list's entries, of all definitions with that priority
  bool list = false, set = false;          // what the definitions are
  std::map<std::string, Origin> children;  // of a set
  Span place;                              // of the name in the definition that wins

  // null: no Nix file defines the path.
  const Origin* find(const InventoryPath& path) const;
};

struct InventoryOrigins {
  Origin root;            // a set with meta, machines, tags and instances
  std::string directory;  // where inventory.json is; empty when the fleet has no inventory
  std::string file() const { return directory + "/inventory.json"; }
};

// Thread: the fleet's. What cannot be evaluated is opaque; its error is another's to report.
InventoryOrigins readOrigins(Fleet& fleet);

// "instances.sshd.roles"
std::string pathText(const InventoryPath& path);

}  // namespace fleetd::fleet
