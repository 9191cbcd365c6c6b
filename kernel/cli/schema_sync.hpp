// `fleetd schema sync`: Nix lists the options.
#pragma once
#include "kernel/cli/context.hpp"

namespace fleetd::cli {

// What was stored for one class.
struct StoredSchema {
  std::string klass;
  std::size_t options = 0;
  std::string path;
};

// The classes that --class names, else those of the fleet's hosts. Errors: FL0562, FL0008, and those of a fleet that
// cannot be opened.
Result<std::vector<StoredSchema>> syncSchemas(Context& cx);
Result<StoredSchema> storeSchema(Context& cx, const std::string& klass, fleet::SchemaContent content);

}  // namespace fleetd::cli
