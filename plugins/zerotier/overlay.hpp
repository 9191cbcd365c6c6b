// What a network is told its controller, and other parts of fleetd.
#pragma once
#include <vector>

#include <fleet/cxx/value.hpp>

#include "plugins/zerotier/nodes.hpp"

namespace zerotier {

// The whole record: what is left out a controller fills in only after it let no traffic pass.
fleet::Value recordOf(const Network& network, NetworkId id, const ControllerSettings& settings);
// As the local API takes them, with the id of each.
fleet::Value membersOf(const std::vector<Node>& nodes);
// The export `overlay`: kind, id, controller, domain, interface, revoke, members { id, name, machine, addresses,
// pinned, user, port } and the record. What is not generated yet, or cannot be read, is left out: the hosts' findings
// say so.
fleet::Value overlayOf(const Network& network);

}  // namespace zerotier
