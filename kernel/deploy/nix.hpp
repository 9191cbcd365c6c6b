// Nix: the `nix` program, driven on a rendered build tree.
#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/base/result.hpp"
#include "kernel/deploy/ssh.hpp"
#include "kernel/fleet/host.hpp"

namespace fleetd::deploy {

struct NixSettings {
  std::string tree;                                            // the build tree, absolute
  std::string fleet;                                           // the fleet's own directory, for places in messages
  std::vector<std::pair<std::string, std::string>> overrides;  // input -> flake reference
  std::vector<std::string> options;                            // further words for `nix build`
  std::string logs;                                            // directory for the logs of builds
  bool locked = false;                                         // the tree has a flake.lock that must not change
};

// "nixosConfigurations.\"web\".config.system.build.toplevel": what of the build tree is a host's system.
std::string systemAttribute(const fleet::Host& host);
// Whether a text is a store path that holds nothing a shell would read: /nix/store/<32 letters>-<name>.
bool isStorePath(std::string_view text);

// Builds a host's system and returns its store path. All that Nix prints goes to logs/<class>-<host>.log; `line` is
// told of each line (may be empty). Errors: FL0008, FL0812.
Result<std::string> buildSystem(const NixSettings& settings, const fleet::Host& host,
                                const std::function<void(std::string_view)>& line);

// Copies a path with all it needs. `remoteStore` is the host's nix-store when it is not in the PATH there. Error
// FL0818.
Result<void> copySystem(Ssh& ssh, const Address& to, const std::string& path, const std::string& remoteStore);

// The part of Nix's output that says what is wrong, with the fleet's own files in place of copies in the store.
std::string reduceNixError(std::string_view output, const std::string& fleet);

}  // namespace fleetd::deploy
