// Ids, addresses and their texts.
#include "plugins/common/zerotier/network.hpp"

#include <algorithm>

namespace fleetd::zerotier {

namespace {

void put(std::uint8_t* to, std::uint64_t bits, unsigned bytes) {
  for (unsigned i = 0; i < bytes; ++i) to[i] = static_cast<std::uint8_t>(bits >> 8 * (bytes - 1 - i));
}

// Groups between colons; nothing for anything but one to four digits each.
std::optional<std::size_t> groupsOf(std::string_view text, std::array<std::uint16_t, 8>& out) {
  std::size_t count = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(':'), text.size());
    if (count == out.size() || end == 0 || end > 4) return std::nullopt;
    unsigned group = 0;
    for (const char c : text.substr(0, end)) {
      const char lower = c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
      const std::size_t digit = std::string_view("0123456789abcdef").find(lower);
      if (digit == std::string_view::npos) return std::nullopt;
      group = group << 4 | static_cast<unsigned>(digit);
    }
    out[count++] = static_cast<std::uint16_t>(group);
    if (end == text.size()) break;
    text.remove_prefix(end + 1);
    if (text.empty()) return std::nullopt;  // a colon at the end
  }
  return count;
}

}  // namespace

std::string NetworkId::text() const {
  std::string out;
  std::uint8_t bytes[8];
  put(bytes, bits, 8);
  addHex(out, bytes);
  return out;
}

fleet::Result<NetworkId> parseNetworkId(std::string_view text) {
  std::uint8_t bytes[8];
  NetworkId out;
  if (fromHex(text, bytes))
    for (const std::uint8_t byte : bytes) out.bits = out.bits << 8 | byte;
  if (out.controller().isReserved())
    return error("ZT05", shown(text) + " is no id of a ZeroTier network",
                 "ids are sixteen digits out of 0-9 and a-f, the controller's address first");
  return out;
}

NetworkId newNetworkId(Address controller, Random& random) {
  for (;;) {
    std::uint8_t bytes[3];
    random.fill(bytes);
    const std::uint64_t number = std::uint64_t{bytes[0]} << 16 | std::uint64_t{bytes[1]} << 8 | bytes[2];
    if (number != 0) return {controller.bits << 24 | number};
  }
}

Ip6 rfc4193(NetworkId network, Address node) {
  Ip6 out{0xfd};
  put(&out[1], network.bits, 8);
  put(&out[9], 0x9993, 2);
  put(&out[11], node.bits, 5);
  return out;
}

Ip6 sixPlane(NetworkId network, Address node) {
  Ip6 out{0xfc};
  put(&out[1], (network.bits >> 32) ^ (network.bits & 0xffffffff), 4);
  put(&out[5], node.bits, 5);
  out[15] = 1;
  return out;
}

std::optional<Address> nodeOf(NetworkId network, const Ip6& ip) {
  Address out;
  for (std::size_t i = 11; i < 16; ++i) out.bits = out.bits << 8 | ip[i];
  if (out.isReserved() || rfc4193(network, out) != ip) return std::nullopt;
  return out;
}

std::array<std::uint8_t, 6> macOf(NetworkId network, Address node) {
  std::array<std::uint8_t, 6> out{static_cast<std::uint8_t>((network.bits & 0xfe) | 0x02)};
  if (out[0] == 0x52) out[0] = 0x32;
  put(&out[1], node.bits, 5);
  for (unsigned i = 1; i < 6; ++i) out[i] ^= static_cast<std::uint8_t>(network.bits >> 8 * i);
  return out;
}

std::string interfaceOf(NetworkId network) {
  const std::uint64_t bits = network.bits ^ (network.bits >> 24);
  std::string out = "zt";
  for (int shift = 35; shift >= 0; shift -= 5) out += "abcdefghijklmnopqrstuvwxyz234567"[bits >> shift & 31];
  return out;
}

std::string ip6Text(const Ip6& ip) {
  std::array<unsigned, 8> groups;
  for (std::size_t i = 0; i < 8; ++i) groups[i] = static_cast<unsigned>(ip[i * 2]) << 8 | ip[i * 2 + 1];
  std::size_t first = 8, length = 1;  // the longest run of zeros, of two at least
  for (std::size_t i = 0, run = 0; i < 8; ++i) {
    run = groups[i] == 0 ? run + 1 : 0;
    if (run > length) length = run, first = i + 1 - run;
  }
  std::string out;
  for (std::size_t i = 0; i < 8; ++i) {
    if (i == first) {
      out += "::";
      i += length - 1;
      continue;
    }
    if (!out.empty() && !out.ends_with(':')) out += ':';
    bool begun = false;
    for (int shift = 12; shift >= 0; shift -= 4) {
      const unsigned digit = groups[i] >> shift & 15;
      begun = begun || digit != 0 || shift == 0;
      if (begun) out += "0123456789abcdef"[digit];
    }
  }
  return out;
}

std::optional<Ip6> parseIp6(std::string_view text) {
  std::array<std::uint16_t, 8> head{}, tail{};
  const std::size_t gap = text.find("::");
  const auto before = groupsOf(text.substr(0, gap), head);
  const auto after =
      gap == std::string_view::npos ? std::optional<std::size_t>(0) : groupsOf(text.substr(gap + 2), tail);
  if (!before || !after) return std::nullopt;
  if (gap == std::string_view::npos ? *before != 8 : *before + *after > 7) return std::nullopt;
  for (std::size_t i = 0; i < *after; ++i) head[8 - *after + i] = tail[i];
  Ip6 out;
  for (std::size_t i = 0; i < 8; ++i) put(&out[i * 2], head[i], 2);
  return out;
}

}  // namespace fleetd::zerotier
