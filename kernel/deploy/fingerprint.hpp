// The fingerprint of a host: while it is the same, Nix would give the same system, so nothing has to be evaluated.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "kernel/base/hash.hpp"
#include "kernel/base/result.hpp"
#include "kernel/deploy/nix.hpp"
#include "kernel/fleet/host_reads.hpp"

namespace fleetd::deploy {

// Over what was generated for the host and for all, the lock file, and the files of the fleet that the host can depend
// on: all of them where the fleet's code does not tell. Thread: the fleet's.
class Fingerprints {
 public:
  // Reads the tree once. Without a fleet hosts depend on all files. Errors: FL0002, FL0004.
  static Result<Fingerprints> read(const NixSettings& settings, fleet::Fleet* fleet);
  // Hex; empty when the result may change without the tree: inputs that are not locked, or replaced ones.
  // `directory` is the host's in the tree, see render::hostDirectories.
  std::string of(const fleet::Host& host, const std::string& directory);
  // Why the fingerprint of a host covers all files; empty where it does not. After of().
  const std::string& whyAll() const { return why_; }

 private:
  fleet::HostReads readsOf(const fleet::Host& host, const std::string& own);

  struct File {
    Hash256 content;
    bool isLink = false;
  };
  std::map<std::string, File> files_;  // by path
  std::shared_ptr<fleet::FleetFiles> sources_;
  std::shared_ptr<fleet::HostReader> reader_;
  bool fixed_ = false;
  std::string options_, why_;
};

}  // namespace fleetd::deploy
