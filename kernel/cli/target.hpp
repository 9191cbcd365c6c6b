// Target: the host and the option path that show and explain are asked about.
#pragma once
#include <string>
#include <vector>

#include "kernel/base/result.hpp"

namespace fleetd::cli {

struct Target {
  std::string host;
  std::string path;  // "" is the whole configuration
};

// From HOST [home:USER] [PATH]; home:USER stands for home-manager.users.USER. Errors: FL0903.
base::Result<Target> parseTarget(const std::vector<std::string>& words);

}  // namespace fleetd::cli
