// Bech32: groups of five bits and a checksum over prefix and data.
#include "plugins/vars/age/bech32.hpp"

#include <algorithm>

namespace fleetd::vars::age {

namespace {

constexpr std::string_view kAlphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
constexpr std::size_t kChecksum = 6;
constexpr std::size_t kLongest = 4096;  // characters; keys have 62 and 74

std::uint32_t polymod(const Bytes& values) {
  constexpr std::uint32_t kGenerator[] = {0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3};
  std::uint32_t sum = 1;
  for (const std::uint8_t value : values) {
    const std::uint32_t top = sum >> 25;
    sum = (sum & 0x1ffffff) << 5 ^ value;
    for (int i = 0; i < 5; ++i)
      if ((top >> i & 1) != 0) sum ^= kGenerator[i];
  }
  return sum;
}

Bytes expanded(std::string_view prefix) {
  Bytes out;
  for (const char c : prefix) out.push_back(static_cast<std::uint8_t>(static_cast<unsigned char>(c) >> 5));
  out.push_back(0);
  for (const char c : prefix) out.push_back(static_cast<std::uint8_t>(c & 31));
  return out;
}

// From groups of `from` bits to groups of `to`. nullopt: bits that are left over are not zero.
std::optional<Bytes> regroup(View in, unsigned from, unsigned to, bool pad) {
  Bytes out;
  std::uint32_t held = 0;
  unsigned bits = 0;
  for (const std::uint8_t value : in) {
    held = held << from | value;
    bits += from;
    while (bits >= to) {
      bits -= to;
      out.push_back(static_cast<std::uint8_t>(held >> bits & ((1U << to) - 1)));
    }
    held &= (1U << bits) - 1;
  }
  if (pad) {
    if (bits > 0) out.push_back(static_cast<std::uint8_t>(held << (to - bits) & ((1U << to) - 1)));
  } else if (bits >= from || held != 0) {
    return std::nullopt;
  }
  return out;
}

bool isLower(char c) { return c >= 'a' && c <= 'z'; }
bool isUpper(char c) { return c >= 'A' && c <= 'Z'; }

}  // namespace

std::string toBech32(std::string_view prefix, View bytes) {
  const Bytes data = *regroup(bytes, 8, 5, true);
  Bytes sum = expanded(prefix);
  sum.insert(sum.end(), data.begin(), data.end());
  sum.resize(sum.size() + kChecksum);
  const std::uint32_t check = polymod(sum) ^ 1;
  std::string out = std::string(prefix) + "1";
  for (const std::uint8_t value : data) out += kAlphabet[value];
  for (unsigned i = 0; i < kChecksum; ++i) out += kAlphabet[check >> 5 * (5 - i) & 31];
  return out;
}

std::optional<Bech32> fromBech32(std::string_view text) {
  if (text.size() > kLongest) return std::nullopt;
  if (std::any_of(text.begin(), text.end(), isLower) && std::any_of(text.begin(), text.end(), isUpper))
    return std::nullopt;
  std::string lower(text);
  for (char& c : lower)
    if (isUpper(c)) c = static_cast<char>(c - 'A' + 'a');
  const std::size_t split = lower.rfind('1');
  if (split == std::string::npos || split == 0 || split + 1 + kChecksum > lower.size()) return std::nullopt;
  const std::string prefix = lower.substr(0, split);
  if (std::any_of(prefix.begin(), prefix.end(), [](char c) { return c < 33 || c > 126; })) return std::nullopt;
  Bytes data;
  for (const char c : std::string_view(lower).substr(split + 1)) {
    const std::size_t value = kAlphabet.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    data.push_back(static_cast<std::uint8_t>(value));
  }
  Bytes sum = expanded(prefix);
  sum.insert(sum.end(), data.begin(), data.end());
  if (polymod(sum) != 1) return std::nullopt;
  data.resize(data.size() - kChecksum);
  auto bytes = regroup(data, 5, 8, false);
  if (!bytes) return std::nullopt;
  return Bech32{prefix, *std::move(bytes)};
}

}  // namespace fleetd::vars::age
