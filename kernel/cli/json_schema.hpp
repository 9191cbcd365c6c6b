// Option types of plugins as JSON Schema and as short text.
#pragma once
#include <string>
#include <vector>

#include "kernel/base/json_writer.hpp"
#include "kernel/plugin/sdk.hpp"

namespace fleetd::cli {

// An object schema of these options, as the writer's next value. Options with a default are not required.
void writeJsonSchema(base::JsonWriter& json, const std::vector<sdk::OptionDecl>& options, bool open);
// A plain value as JSON; references and other values only Nix has are null.
void writeJson(base::JsonWriter& json, const sdk::Value& value);
// "list of text", "null or integer"
std::string typeName(const sdk::Type& type);

}  // namespace fleetd::cli
