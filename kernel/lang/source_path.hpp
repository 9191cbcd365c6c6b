// The file a value denotes when it is part of a source at hand: a path, an absolute string, a flake, or "${self}/x".
#pragma once
#include <optional>
#include <string>

#include "kernel/lang/evaluator.hpp"

namespace fleetd::lang {

// `v` is forced. nullopt when it denotes no file here. A string that begins with the store path of a source at hand
// denotes the file in that source, because copying it to the store changes its name but not its content.
std::optional<std::string> sourcePath(Evaluator& ev, Value v);

}  // namespace fleetd::lang
