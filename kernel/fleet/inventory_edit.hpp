// InventoryEdit: changes of the inventory through inventory.json. Only what differs is written; what Nix files decide
// is refused with its place.
#pragma once
#include <string>
#include <vector>

#include "kernel/base/json.hpp"
#include "kernel/base/result.hpp"
#include "kernel/fleet/inventory_file.hpp"
#include "kernel/fleet/inventory_origins.hpp"

namespace fleetd::fleet {

class InventoryEdit {
 public:
  InventoryEdit(const InventoryOrigins& origins, InventoryFile& file) : origins_(origins), file_(file) {}

  // What Nix files and inventory.json say together, without defaults of options; Null where nothing is said.
  base::Json effective(const InventoryPath& path) const;
  // Whether inventory.json may set the path, and what it says there would count. Error FL0610.
  Result<void> writable(const InventoryPath& path) const;
  // Sets a value as a whole. A set replaces nothing: its members are set one by one. A list has all entries that Nix
  // gives and more; these are written. Errors: FL0610, FL0611, FL0618.
  Result<void> set(const InventoryPath& path, const base::Json& value);
  // Removes what inventory.json alone defines. Error FL0612.
  Result<void> remove(const InventoryPath& path);
  // Makes the path what `value` says: members that are missing in it are removed, the rest is set. Same errors.
  Result<void> replace(const InventoryPath& path, const base::Json& value);

 private:
  base::Json merged(const Origin* origin, const base::Json* written) const;
  Result<void> setList(const InventoryPath& path, const base::Json::Array& items);

  const InventoryOrigins& origins_;
  InventoryFile& file_;
};

// What a path has after two sources: sets merge, lists join without doubles, of two scalars the second counts; null
// gives way to anything, and anything to null. Error FL0618 for values of different kinds.
Result<base::Json> mergeJson(const base::Json& a, const base::Json& b);

// Sets with fields of a fixed kind: their fields cannot be removed, only set. True for meta, a machine, its `deploy`,
// an instance, its `module` and its roles.
bool hasFixedFields(const InventoryPath& path);

}  // namespace fleetd::fleet
