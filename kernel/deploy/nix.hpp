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
  std::string buildStore;        // "ssh-ng://root@builder": where systems are built; empty: here
  std::string sshOptions;        // for ssh to that store
  unsigned evaluatorMemory = 0;  // MiB that one evaluation may use; 0: as much as it likes
};

// Where what Nix says of a host is kept.
std::string logFile(const NixSettings& settings, const fleet::Host& host);
// "nixosConfigurations.\"web\".config.system.build.toplevel": what of the build tree is a host's system.
std::string systemAttribute(const fleet::Host& host);
// Whether a text is a store path that holds nothing a shell would read: /nix/store/<32 letters>-<name>.
bool isStorePath(std::string_view text);

// The same of what a NixOS machine is installed by: "…fleetdInstall.config.system.build.NAME".
std::string installAttribute(const fleet::Host& host, std::string_view name);
// The `--flake` of nixos-anywhere for it, which takes no quotes: names that would need some have none.
std::string installReference(const std::string& tree, const fleet::Host& host);

// Builds a host's system and returns its store path. All that Nix prints goes to logs/<class>-<host>.log; `line` is
// told of each line (may be empty). Errors: FL0008, FL0812.
Result<std::string> buildSystem(const NixSettings& settings, const fleet::Host& host,
                                const std::function<void(std::string_view)>& line);
// The same of another attribute of the build tree; `what` names it in messages and the log.
Result<std::string> buildAttribute(const NixSettings& settings, const fleet::Host& host, const std::string& attribute,
                                   const std::string& what, const std::function<void(std::string_view)>& line);

// A directory as a flake reference: "path:/srv/a%20b".
std::string pathReference(std::string_view path);
// The derivation of a host's system in a flake. `fleet` is for places in messages. Nothing is built or written. Errors:
// FL0008, FL0840.
Result<std::string> derivationOf(const std::string& reference, const fleet::Host& host, const std::string& fleet);

// Copies a path with all it needs. `remoteStore` is the host's nix-store when it is not in the PATH there. Error
// FL0818.
Result<void> copySystem(Ssh& ssh, const Address& to, const std::string& path, const std::string& remoteStore,
                        int stopFd);

// The part of Nix's output that says what is wrong, with the fleet's own files in place of copies in the store.
std::string reduceNixError(std::string_view output, const std::string& fleet);

}  // namespace fleetd::deploy
