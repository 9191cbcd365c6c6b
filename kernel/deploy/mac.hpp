// A Mac that gets nix-darwin, perhaps for the first time: what is on it, and what of that would stop an activation.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/base/result.hpp"
#include "kernel/deploy/ssh.hpp"
#include "kernel/render/mac_facts.hpp"

namespace fleetd::deploy {

struct MacState {
  bool managed = false;      // nix-darwin was here before
  bool determinate = false;  // another program manages Nix
  bool sourcesNix = false;   // /etc/profile reads Nix's profile after all others
  bool oldKeys = false;      // /etc/ssh/authorized_keys.d
  std::optional<std::int64_t> buildGroup, firstBuildUser;
  std::map<std::string, std::int64_t> users;  // people and others: uid
  std::vector<std::string> loginShells;       // of people
  std::vector<std::string> listedShells;      // of /etc/shells
  std::vector<std::string> settings;          // names in nix.conf; values may be secret and are never asked for
};

// What the configuration of the host says of the same; what is not known is empty.
struct MacWanted {
  bool managesNix = true;
  bool checksBuildUsers = true;
  std::optional<std::int64_t> buildGroup, buildUsers;
  std::optional<std::string> primaryUser;
  std::map<std::string, std::int64_t> users;  // that it manages
  std::vector<std::string> settings;          // names in nix.settings
};

// Reads what darwin.sh prints; lines that are not understood are passed over.
MacState readMacState(std::string_view text);
// Errors: those of Ssh::run; FL0848 when it is no Mac.
Result<MacState> macState(Ssh& ssh, const Address& address);

// What the configuration must be told, see MacFacts.
render::MacFacts factsOf(const MacState& state);

// What stops nix-darwin's activation, each with the way out: sentences.
std::vector<std::string> obstacles(const MacState& state, const MacWanted& wanted);
// Settings of an nix.conf that goes away with the first activation and that the configuration does not have.
std::vector<std::string> lostSettings(const MacState& state, const MacWanted& wanted);

}  // namespace fleetd::deploy
