// The text of inventory.json as JSON.
#pragma once
#include <string_view>

#include "kernel/fleet/json_place.hpp"

namespace fleetd::fleet {

// Errors as PlacedDocument's, with a hint for what people often write; `failedAt` gets the place.
Result<PlacedDocument> parseInventory(std::string_view text, TextRange* failedAt);

}  // namespace fleetd::fleet
