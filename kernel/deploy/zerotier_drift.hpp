// What a controller has against what the fleet declares.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "kernel/deploy/overlays.hpp"
#include "kernel/deploy/zerotier_api.hpp"
#include "kernel/deploy/zerotier_host.hpp"

namespace fleetd::deploy::zerotier {

// What a controller says, all of it read and believed before anything is compared or changed.
struct Actual {
  Status status;
  Json network;
  std::vector<Member> members;  // by id
  std::vector<Peer> peers;
  bool collision = false;

  const Member* find(std::string_view id) const;
  const Peer* peer(std::string_view id) const;
};
// Errors: those of Controller::ask; FL0874; FL0875 when the daemon is not the network's controller, has no controller,
// or does not have the network.
Result<Actual> readActual(Controller& controller, const Overlay& overlay);

enum class State : std::uint8_t {
  Fine,
  Missing,       // declared, and the controller never heard of it
  Unauthorized,  // declared, and shut out
  Addresses,     // declared, with other addresses than those
  Undeclared,    // let in, and not declared
  Waiting,       // not declared, asks to be let in: no difference
};
std::string_view stateName(State state);  // "ok", "missing", "unauthorized", "address", "undeclared", "waiting"

struct Compared {
  std::string id, name;
  bool isMachine = false;
  bool declared = false;
  State state = State::Fine;
  std::string detail;                  // of State::Addresses
  std::optional<Member> actual;        // nothing while State::Missing
  std::vector<std::string> addresses;  // the derived one, and all that were given
  std::vector<std::string> wanted;     // what a repair gives it
  bool differs() const { return state != State::Fine && state != State::Waiting; }
};
// Declared members in their order, then others by id. Addresses out of a pool are no difference; in a public network
// nobody has to be declared.
std::vector<Compared> compare(const Overlay& overlay, const Actual& actual);

struct Setting {
  std::string name;
  Json declared, actual;
};
// Settings of the network that differ. Pools, routes and name servers that are not declared may be anything.
std::vector<Setting> compareNetwork(const Overlay& overlay, const Json& actual);

// What lets a member in, and gives it its addresses.
std::string authorization(const Compared& member);

}  // namespace fleetd::deploy::zerotier
