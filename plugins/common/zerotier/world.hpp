// Worlds: the roots nodes find each other through. A planet replaces ZeroTier's own, a moon comes beside it.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/common/zerotier/network.hpp"

namespace fleetd::zerotier {

struct Endpoint {
  std::vector<std::uint8_t> ip;  // 4 or 16 bytes
  std::uint16_t port = 0;
  friend bool operator==(const Endpoint&, const Endpoint&) = default;
};
// "192.0.2.1/9993" or "2001:db8::1/9993"; without a port 9993, since roots with port 0 are never reached. Errors: ZT06.
fleet::Result<Endpoint> parseEndpoint(std::string_view text);

struct Root {
  Address address;
  PublicKey publicKey{};
  std::vector<Endpoint> endpoints;
};

enum class WorldKind : std::uint8_t { Planet = 0x01, Moon = 0x7f };

struct World {
  WorldKind kind = WorldKind::Moon;
  std::uint64_t id = 0;
  std::uint64_t timestamp = 0;  // milliseconds; a newer world replaces an older one
  std::vector<Root> roots;      // one to four
};

// The file, signed by `signer`, whose key must sign all later versions, too. Roots and endpoints are put in the order
// the official tool has them in, so the same world has the same bytes. Errors: ZT06, ZT02.
fleet::Result<std::vector<std::uint8_t>> encodeWorld(const World& world, const Identity& signer);

struct SignedWorld {
  World world;
  PublicKey key{};  // that later versions are signed with
};
// Looks at every byte and at the signature. Errors: ZT08.
fleet::Result<SignedWorld> decodeWorld(View bytes);

// Worlds as text, for files that hold nothing else: base64.
std::string worldText(View bytes);
// One line end is let pass. Errors: ZT08.
fleet::Result<std::vector<std::uint8_t>> worldBytes(std::string_view text);

}  // namespace fleetd::zerotier
