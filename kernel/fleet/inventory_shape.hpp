// InventoryShape: whether inventory.json is what an inventory is made of, told in the words and at the places of that
// file rather than in those of the types it becomes.
#pragma once
#include <string>
#include <vector>

#include "kernel/fleet/json_place.hpp"

namespace fleetd::fleet {

struct InventoryMistake {
  TextRange at;
  std::string message, hint;
};

// Whether NixOS takes the text as the name of a host.
bool isHostName(std::string_view name);

// Everything that is wrong, in the order of the text. Marks in the document what has to be left out: a field of a
// machine, an instance as a whole.
std::vector<InventoryMistake> judgeInventory(PlacedDocument& document);

}  // namespace fleetd::fleet
