// The Nix text of an evaluated value, as `nix-instantiate --eval --strict` prints it.
#pragma once
#include <string>

#include "kernel/lang/evaluator.hpp"

namespace fleetd::cli {

// Expects a value that was forced deeply: what is not evaluated prints as <CODE>. Sets and lists that contain
// themselves print as «repeated», unknown values as «unknown: code». Thread: the evaluator's; needs a big stack for
// deep values.
std::string printValue(lang::Evaluator& evaluator, lang::Value value);

}  // namespace fleetd::cli
