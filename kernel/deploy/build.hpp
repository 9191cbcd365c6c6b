// Building the systems of many hosts, and only of those that changed.
#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/base/result.hpp"
#include "kernel/deploy/fingerprint.hpp"
#include "kernel/deploy/nix.hpp"
#include "kernel/state/state.hpp"

namespace fleetd::deploy {

struct BuildTarget {
  const fleet::Host* host = nullptr;
  std::string directory;  // of the host in the tree, see render::hostDirectories
};

struct Built {
  std::string path;
  bool evaluated = false;  // Nix was started for it
  bool made = false;       // and had to build or fetch something
  std::int64_t milliseconds = 0;
};

enum class Fingerprinted : std::uint8_t {
  Use,     // an unchanged host is not evaluated
  Verify,  // it is, and another result is an error
};

struct BuildSettings {
  unsigned parallel = 2;  // evaluations at once; each may take gigabytes
  bool keepGoing = false;
  Fingerprinted fingerprints = Fingerprinted::Use;
};

struct BuildEvent {
  enum class What : std::uint8_t {
    Covers,   // the fingerprint covers all files, for the reason `line`
    Started,  // Nix is started for the host
    Line,     // Nix printed `line`
    Ended,    // `result` is there
  };
  What what;
  const fleet::Host& host;
  std::string_view line;
  const Result<Built>* result = nullptr;
  std::int64_t milliseconds = 0;  // since it was started; 0 for a host that was not
};

// Told from any thread, one call at a time. Every host ends once.
using OnBuild = std::function<void(const BuildEvent&)>;

// The system that was built for this fingerprint; empty when there is none, or Nix has thrown it away.
std::string rememberedSystem(state::State& state, const fleet::Host& host, const std::string& fingerprint);

// In the order of the targets. Hosts that were not begun after a failure have FL0828. Fingerprints are recorded in
// `state`.
std::vector<Result<Built>> buildAll(const NixSettings& nix, const std::vector<BuildTarget>& targets,
                                    Fingerprints& fingerprints, state::State& state, const BuildSettings& settings,
                                    const OnBuild& onBuild);

}  // namespace fleetd::deploy
