// The files fleetd generates beside the fleet's own: flake.nix, hosts.nix, the list of modules, the runtime.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/base/result.hpp"

namespace fleetd::render {

inline constexpr char kOwnFlake[] = "flake.fleet-source.nix";  // where the fleet's own flake.nix stands in a tree

// The text of sdk/nix/runtime/<name>, or empty.
std::string_view runtimeNix(std::string_view name);
// The names of all runtime files.
std::vector<std::string> runtimeNames();

// What hosts.nix says of one host.
struct HostEntry {
  std::string klass, name;
  std::string origin;                // "colmena" for hosts that only a hive has, "legacyPackages" for homes there
  std::vector<std::string> modules;  // files relative to hosts.nix
  std::string failed;                // why the host cannot be built; then the rest does not count
  // Of hosts without a flake:
  std::string system;                                  // may be empty
  std::optional<std::vector<std::string>> aggregates;  // when fleet.json lists them
  std::string attribute{};                             // see fleet::Host::attribute
};

// Sorted by class and name.
std::string hostsText(std::vector<HostEntry> hosts);

// The flake around a fleet that has one. `ownFlake` is the text of its flake.nix; `formals` the names of the parameters
// of its outputs, none for `outputs = name: …`. Error FL0804.
Result<std::string> adoptingFlake(std::string_view ownFlake, const std::vector<std::string>& formals, bool hasFormals);

struct FlakeInput {
  std::string name, url;
};
// The flake of a repository without one. Inputs other than nixpkgs use its nixpkgs.
std::string repositoryFlake(std::string_view fleetName, const std::vector<FlakeInput>& inputs);
// fleetd/files.nix: paths of the repository's modules.
std::string filesText(const std::vector<std::string>& files);

}  // namespace fleetd::render
