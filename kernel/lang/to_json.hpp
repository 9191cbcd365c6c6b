// Values as JSON for people and programs outside, in the spelling of Nix's toJSON (which itself is in json_value.hpp).
#pragma once
#include "kernel/base/json_writer.hpp"
#include "kernel/lang/evaluator.hpp"

namespace fleetd::lang {

enum class UnknownJson : std::uint8_t {
  Stuck,   // an unknown part makes the whole text unknown
  Object,  // for people and programs: { "$expr": "config.x", "$at": "file:line:column" }
};

// Evaluates `v` completely and writes it. Returns Null on success, an error, or Stuck. The writer has an incomplete
// document then. Paths print as they are; functions are errors ("cannot convert a function to JSON"), or {"$expr": …}
// with UnknownJson::Object.
Value writeJson(Evaluator& ev, Value v, base::JsonWriter& out, UnknownJson unknowns, Pos pos = 0);

}  // namespace fleetd::lang
