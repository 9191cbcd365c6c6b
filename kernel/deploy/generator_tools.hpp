// What scripts of generators run with, from Nix.
#pragma once
#include <string>
#include <vector>

#include "kernel/base/result.hpp"
#include "kernel/deploy/nix.hpp"

namespace fleetd::deploy {

struct GeneratorScript {
  const fleet::Host* host = nullptr;
  std::string generator;
};

struct GeneratorTools {
  std::string shell, coreutils;   // the program, and the directory of the others
  std::vector<std::string> path;  // directories
  std::string script;
};

// Builds the packages of these scripts for the machine this runs on, in one run of Nix. In the order of `scripts`.
// Errors: FL0008, FL0741.
Result<std::vector<GeneratorTools>> buildGeneratorTools(const NixSettings& settings,
                                                        const std::vector<GeneratorScript>& scripts);

}  // namespace fleetd::deploy
