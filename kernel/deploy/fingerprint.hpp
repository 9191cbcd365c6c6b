// The fingerprint of a host: while it is the same, Nix would give the same system, so nothing has to be evaluated.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "kernel/base/hash.hpp"
#include "kernel/base/result.hpp"
#include "kernel/deploy/nix.hpp"
#include "kernel/fleet/host.hpp"

namespace fleetd::deploy {

// Over everything in the build tree, because a module may read any file of it, except what was generated for other
// hosts. Thread: one.
class Fingerprints {
 public:
  // Reads the tree once. Errors: FL0002, FL0004.
  static Result<Fingerprints> read(const NixSettings& settings);
  // Hex; empty when the result may change without the tree: inputs that are not locked, or replaced ones.
  // `directory` is the host's in the tree, see render::hostDirectories.
  std::string of(const fleet::Host& host, const std::string& directory) const;

 private:
  std::map<std::string, Hash256> files_;  // by path
  bool fixed_ = false;
  std::string options_;
};

}  // namespace fleetd::deploy
