// Addresses of a WireGuard network, derived from names as clan derives them: the same everywhere, without a database.
#pragma once
#include <string>
#include <string_view>

namespace wireguard {

// The /56 of a controller without its last `::`: "fd51:19c1:3b:f700". Four groups, always.
std::string controllerPrefix(std::string_view instance, std::string_view controller);
// The last 64 bits of a peer's addresses: "0123:4567:89ab:cdef".
std::string peerSuffix(std::string_view peer);

}  // namespace wireguard
