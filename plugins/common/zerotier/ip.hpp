// Addresses of either family and the subnets that hold them.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace fleetd::zerotier {

struct Ip {
  std::array<std::uint8_t, 16> bytes{};  // of IPv4 the first four
  bool isFour = false;

  unsigned bits() const { return isFour ? 32 : 128; }
  std::string text() const;
  friend bool operator==(const Ip&, const Ip&) = default;
  friend auto operator<=>(const Ip&, const Ip&) = default;
};
// "192.0.2.1" or "2001:db8::1"; nothing for anything else.
std::optional<Ip> parseIp(std::string_view text);

struct Subnet {
  Ip ip;
  unsigned length = 0;  // of the prefix

  bool contains(const Ip& address) const;
  Ip first() const;  // the address with nothing behind the prefix
  std::string text() const;
};
// "10.147.17.0/24". What stands behind the prefix is kept: see first().
std::optional<Subnet> parseSubnet(std::string_view text);

}  // namespace fleetd::zerotier
