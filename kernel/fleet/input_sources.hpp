// Where the sources of flake inputs are on this machine: what the user names, else what Nix fetched into its store.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/base/result.hpp"
#include "kernel/fleet/lock.hpp"

namespace fleetd::fleet {

// One word of the command line: this input is that flake, as Nix takes it with --override-input.
struct InputOverride {
  std::string input;      // "nixpkgs", or "clan-core/nixpkgs" for an input of an input
  std::string reference;  // a directory ("/…", "./…", "path:…") or any other reference to a flake
};

// The path Nix gives a fetched source tree, from the hash of its contents in SRI form ("sha256-…"); empty for anything
// that is no SHA-256. Of the paths of Nix's manual, "Store Path Specification", this is a fixed output, recursive.
std::string sourceStorePath(std::string_view narHash, std::string_view storeDirectory);

// One thread; cheap to ask.
class InputSources {
 public:
  InputSources() = default;
  // Relative directories count from the current one. `lock` may be null: then only the fleet's own inputs have names.
  // Error FL0515 for an input the lock file does not have, and for a directory there is not.
  static Result<InputSources> make(const std::vector<InputOverride>& overrides, std::string storeDirectory,
                                   const Lock* lock);

  // The directory of an input's source; nothing when it is not on this machine. `name`: what the fleet calls it;
  // `node`: what it is locked to, or null.
  std::optional<std::string> find(std::string_view name, const LockNode* node) const;
  // The other flake the user wants in its place, unless that is a directory; empty for none.
  std::string reference(std::string_view name, const LockNode* node) const;

 private:
  struct Chosen {
    std::string directory, reference;  // one of them
  };
  const Chosen* chosen(std::string_view name, const LockNode* node) const;

  std::map<std::string, Chosen, std::less<>> byName_;  // inputs of a fleet without a lock file
  std::map<std::string, Chosen, std::less<>> byKey_;   // by the key of the node in the lock file
  std::string store_;
};

}  // namespace fleetd::fleet
