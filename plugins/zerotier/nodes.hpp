// Who belongs to a network: machines whose address was generated, and devices that are no machines.
#pragma once
#include <set>
#include <string>
#include <vector>

#include <fleet/cxx/vars.hpp>

#include "plugins/common/zerotier/network.hpp"
#include "plugins/zerotier/settings.hpp"

namespace zerotier {

using fleetd::zerotier::Address;
using fleetd::zerotier::NetworkId;

// Names of clan's variables, all of them shared.
inline std::string identityOf(const std::string& machine) { return "zerotier-identity-" + machine; }
inline std::string networkOf(const std::string& instance) { return "zerotier-network-" + instance; }
inline std::string addressOf(const std::string& machine, const std::string& instance) {
  return "zerotier-ip-" + machine + "-" + instance;
}

// The key of a moon, which no machine gets, and the world made of it.
inline std::string moonOf(const std::string& machine) { return "zerotier-moon-" + machine; }
inline std::string worldOf(const std::string& machine) { return "zerotier-world-" + machine; }

struct MoonWorld {
  std::string text;  // base64
  std::string key;   // that it is signed with, in hexadecimal
};

struct Node {
  std::string name;  // empty for members that are only an id
  Address address;
  std::vector<std::string> more;  // addresses beside the derived one
  bool isMachine = false;
  std::string user;  // of a device's ssh server
  std::int64_t port = 0;
};

struct Network {
  std::string instance;
  const fleet::FleetView& fleet;
  const fleet::InstanceView& view;

  std::set<std::string> machines() const;  // of all roles
  std::set<std::string> machines(const char* role) const;
  std::string controller() const;                      // empty when there is none
  fleet::Result<ControllerSettings> settings() const;  // the controller's
  std::string domain(const ControllerSettings& settings) const { return settings.domain.value_or(instance); }
  // Nothing until it was generated. Errors: what the repository has is no id (ZT10).
  fleet::Result<std::optional<NetworkId>> id() const;
  // The machine's node; nothing until it was generated. Errors: an address of another network (ZT10).
  fleet::Result<std::optional<Address>> nodeOf(NetworkId id, const std::string& machine) const;
  // The world of a moon; nothing until it was generated. Errors: it is another node's, or none (ZT10).
  fleet::Result<std::optional<MoonWorld>> worldOf(const Node& moon) const;
  // Machines by name, then devices by name, then the rest. Errors: ZT10, ZT11, ZT15.
  fleet::Result<std::vector<Node>> nodes(NetworkId id, const ControllerSettings& settings) const;
};

fleet::Error problem(const char* code, std::string path, std::string message, std::string hint = {});

// Two names for one node (ZT12), a network of another controller (ZT13), addresses of a stranger (ZT16), names that are
// none (ZT23).
fleet::Result<void> checkNetwork(const Network& network, NetworkId id, const ControllerSettings& settings,
                                 const std::vector<Node>& nodes);

// "<address> <name>.<domain>" for all that have a name.
std::string hostsText(NetworkId id, const std::vector<Node>& nodes, const std::string& domain);

}  // namespace zerotier
