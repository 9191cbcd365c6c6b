// Inputs of a flake: what flake.lock pins, and letting Nix pin something newer.
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kernel/base/result.hpp"
#include "kernel/fleet/lock.hpp"

namespace fleetd::deploy {

struct PinnedInput {
  std::string name;  // "home-manager", "clan-core/disko"
  fleet::LockNode node;
};

// All inputs, each once, by the shortest of its names; those of the flake itself first, then by name.
std::vector<PinnedInput> pinnedInputs(const fleet::Lock& lock);

struct InputChange {
  std::string name;
  fleet::LockNode before, after;  // with an empty key where there is none
};
std::vector<InputChange> inputChanges(const fleet::Lock& before, const fleet::Lock& after);

// "nix (Nix) 2.18.1" -> {2, 18}; {0, 0} for other texts.
std::pair<int, int> nixVersion(std::string_view text);

// The words after `nix` for Nix of a version: `flake lock --update-input` until 2.18, `flake update` with names since.
std::vector<std::string> updateWords(std::pair<int, int> version, const std::string& flake,
                                     const std::vector<std::string>& names);

// Has Nix write ROOT/flake.lock with newer versions of these inputs, or all. Git is left alone, except that a new
// flake.lock may be announced to it by Nix. Errors: FL0008, FL0838; flake.lock then is what it was.
Result<void> updateInputs(const std::string& root, const std::vector<std::string>& names);

}  // namespace fleetd::deploy
