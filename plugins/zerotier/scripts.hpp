// Shell scripts that machines run: placing the identity before the daemon starts, letting members in, following moons.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <fleet/cxx/text.hpp>

namespace zerotier {

inline constexpr std::string_view kLinuxHome = "/var/lib/zerotier-one";
inline constexpr std::string_view kMacHome = "/Library/Application Support/ZeroTier/One";

// What a machine follows. Moons whose world is known are placed as files, others are asked for.
struct Followed {
  std::vector<std::string> networks, moons;
  std::map<std::string, std::string> worlds;  // by the moon's address, in base64
};
// Sets `changed` when the daemon has to start anew.
fleet::Text prepareScript(std::string_view home, const fleet::Secret& identity, const Followed& followed);
// Waits a minute for the identity of this node to be installed. Without it the daemon runs with the one that is there.
fleet::Text awaitScript(const fleet::Secret& identity, const std::string& node);
// Puts the daemon's settings, JSON, in place behind prepareScript(); somebody else's are kept beside them.
std::string settingsScript(const std::string& settings);
// Puts the network's record in place before the controller starts.
std::string recordScript(std::string_view home, const std::string& network, const std::string& record);
// Tells of a key that an earlier deployment made on the moon itself, and that is not the fleet's.
std::string moonKeyScript(std::string_view home, const std::string& machine, const std::string& key);
// `members` is a file; see members() in zerotier.cpp.
std::string membersScript(const std::string& network, const std::string& members, bool revoke);
std::string orbitScript(const std::vector<std::string>& moons);

}  // namespace zerotier
