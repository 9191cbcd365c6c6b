// flake.lock: the locked inputs of a flake, read natively.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/base/result.hpp"

namespace fleetd::fleet {

struct LockNode {
  std::string key;  // name of the node in the lock file
  std::string
      identity;      // lower-case "owner/repo" of a forge, else the URL or path without scheme; what intrinsics go by
  std::string type;  // "github", "git", "path", "tarball", …
  std::string path;  // of type path
  std::string dir;   // where below the source flake.nix is; mostly empty
  std::string rev;
  std::string narHash;
  std::int64_t lastModified = 0;
  bool isFlake = true;
  std::map<std::string, std::string> inputs;  // input name → node key, `follows` resolved
};

class Lock {
 public:
  // Error FL0510 for anything that is no lock file of version 5 to 7.
  static Result<Lock> parse(std::string_view text, const std::string& path);

  const LockNode* node(const std::string& key) const;
  const LockNode& root() const { return nodes_.at(rootKey_); }

 private:
  std::string rootKey_;
  std::map<std::string, LockNode> nodes_;
};

}  // namespace fleetd::fleet
