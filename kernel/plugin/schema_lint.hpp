// Schema lint: what a schema that can be read still gets wrong.
#pragma once
#include <string>
#include <vector>

#include "kernel/plugin/sdk.hpp"

namespace fleetd::plugin {

struct SchemaFault {
  std::string option;  // "port", or "role server: port"
  std::string what, hint;
};

// Options without a text, defaults that are not of their type, bounds and choices that allow nothing; for submodules
// and the settings of roles, too. In the order of the schema.
std::vector<SchemaFault> lintSchema(const Schema& schema);

// Whether a value is of a type. What only Nix settles (references, expressions, text with holes) fits everything.
bool fits(const sdk::Type& type, const PluginValue& value);

}  // namespace fleetd::plugin
