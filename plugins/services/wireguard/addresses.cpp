// Hashes of names as parts of addresses.
#include "plugins/services/wireguard/addresses.hpp"

#include <array>
#include <cstdint>

#include <sodium.h>

namespace wireguard {

namespace {

using Hash = std::array<std::uint8_t, crypto_hash_sha256_BYTES>;

Hash hashOf(std::string_view text) {
  Hash out;
  crypto_hash_sha256(out.data(), reinterpret_cast<const unsigned char*>(text.data()), text.size());
  return out;
}

void addHex(std::string& out, std::uint8_t byte) {
  (out += "0123456789abcdef"[byte >> 4]) += "0123456789abcdef"[byte & 15];
}

// A group as people write it: without zeros in front.
void addGroup(std::string& out, unsigned group) {
  std::string digits;
  addHex(digits, static_cast<std::uint8_t>(group >> 8));
  addHex(digits, static_cast<std::uint8_t>(group & 0xff));
  const std::size_t first = digits.find_first_not_of('0');
  out += first == std::string::npos ? "0" : digits.substr(first);
}

}  // namespace

std::string controllerPrefix(std::string_view instance, std::string_view controller) {
  const Hash network = hashOf(instance), subnet = hashOf(controller);
  std::string out;
  addGroup(out, 0xfd00U | network[0]);
  out += ':';
  addGroup(out, static_cast<unsigned>(network[1]) << 8 | network[2]);
  out += ':';
  addGroup(out, subnet[0]);
  out += ':';
  addGroup(out, static_cast<unsigned>(subnet[1]) << 8);
  return out;
}

std::string peerSuffix(std::string_view peer) {
  const Hash hash = hashOf(peer);
  std::string out;
  for (std::size_t i = 0; i < 8; ++i) {
    if (i > 0 && i % 2 == 0) out += ':';
    addHex(out, hash[i]);
  }
  return out;
}

}  // namespace wireguard
