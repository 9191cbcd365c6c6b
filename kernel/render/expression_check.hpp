// Which Nix source a plugin may put into a definition.
#pragma once
#include <string>

#include "kernel/base/result.hpp"

namespace fleetd::render {

// An expression on its own whose free variables are pkgs, lib, config, options and inputs at most, without paths,
// imports and builtins that look at the machine, the clock or the network. Error FL0320.
Result<void> checkExpression(const std::string& source);

}  // namespace fleetd::render
