// Running a generator's script.
#pragma once
#include <chrono>
#include <string>
#include <vector>

#include "plugins/vars/generators/builtin.hpp"
#include "plugins/vars/script/sandbox.hpp"

namespace fleetd::vars {

struct Script {
  std::string text;
  Tools tools;
};

struct ScriptLimits {
  std::chrono::milliseconds time{std::chrono::minutes(10)};
  std::size_t bytes = 16 << 20;  // of all its files
  int processes = 512;
};

// Runs the script with `inputs` at $in and $prompts, and takes what it left at $out. Answers named in `kept` are at
// $out before it begins. Files it was not asked for are errors, so are those that are missing: nothing is returned
// then. Errors: VARS70 no sandbox, VARS71 a file is missing, VARS72 it failed, VARS73 it took too long, VARS74 a file
// nobody declared, VARS75 too much, VARS76 it cannot be started.
fleet::Result<Outputs> runScript(const Sandbox& sandbox, const Script& script, const Inputs& inputs,
                                 const std::vector<std::string>& kept, const std::vector<std::string>& files,
                                 const ScriptLimits& limits = {});

}  // namespace fleetd::vars
