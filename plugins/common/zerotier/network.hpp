// Networks of ZeroTier and the addresses a node has in them, all derived from the two ids.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "plugins/common/zerotier/identity.hpp"

namespace fleetd::zerotier {

using Ip6 = std::array<std::uint8_t, 16>;

// 64 bits: the controller's address and a number of the network.
struct NetworkId {
  std::uint64_t bits = 0;
  Address controller() const { return {bits >> 24}; }
  std::string text() const;  // sixteen digits
  friend bool operator==(const NetworkId&, const NetworkId&) = default;
};
// Sixteen lower-case digits of a network with a controller. Errors: ZT05.
fleet::Result<NetworkId> parseNetworkId(std::string_view text);
// A new network of the controller; its number is never zero.
NetworkId newNetworkId(Address controller, Random& random);

Ip6 rfc4193(NetworkId network, Address node);   // within a /88
Ip6 sixPlane(NetworkId network, Address node);  // within a /40; the node owns a /80
// The node of an rfc4193 address; nothing when it is none of this network.
std::optional<Address> nodeOf(NetworkId network, const Ip6& ip);
std::array<std::uint8_t, 6> macOf(NetworkId network, Address node);
// The name of the interface on Linux, unless it is taken.
std::string interfaceOf(NetworkId network);

std::string ip6Text(const Ip6& ip);  // RFC 5952
std::optional<Ip6> parseIp6(std::string_view text);

}  // namespace fleetd::zerotier
