// Derivations: what Nix would build for hosts from two flakes, side by side.
#pragma once
#include <string>
#include <vector>

#include "kernel/cli/operations.hpp"

namespace fleetd::cli {

struct Derivations {
  const fleet::Host* host = nullptr;
  Result<std::string> left = std::string(), right = std::string();

  bool same() const { return left && right && *left == *right; }
};

// Evaluates every host in both flakes, --max-builds at once. Nothing is built. Error FL0008 without Nix.
Result<std::vector<Derivations>> compareDerivations(Context& cx, const std::vector<const fleet::Host*>& hosts,
                                                    const std::string& left, const std::string& right);

// A finding for what failed or differs: FL0839, FL0840. `note` may be empty.
void reportDifference(Context& cx, const Derivations& one, std::string_view left, std::string_view right,
                      const std::string& note);

}  // namespace fleetd::cli
