// Texts of addresses and subnets.
#include "plugins/common/zerotier/ip.hpp"

#include <charconv>

#include "plugins/common/zerotier/network.hpp"

namespace fleetd::zerotier {

namespace {

std::optional<Ip> parseIp4(std::string_view text) {
  Ip out;
  out.isFour = true;
  for (std::size_t i = 0; i < 4; ++i) {
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), out.bytes[i]);
    const auto length = static_cast<std::size_t>(end - text.data());
    if (failed != std::errc() || (length > 1 && text[0] == '0')) return std::nullopt;
    text.remove_prefix(length);
    if (i == 3) break;
    if (!text.starts_with('.')) return std::nullopt;
    text.remove_prefix(1);
  }
  return text.empty() ? std::optional(out) : std::nullopt;
}

// What the first `length` bits have of byte `i`.
std::uint8_t maskAt(std::size_t i, unsigned length) {
  const auto before = static_cast<unsigned>(i) * 8;
  if (length >= before + 8) return 0xff;
  return length <= before ? 0 : static_cast<std::uint8_t>(0xff << (8 - (length - before)));
}

}  // namespace

std::string Ip::text() const {
  if (!isFour) return ip6Text(bytes);
  std::string out = std::to_string(bytes[0]);
  for (std::size_t i = 1; i < 4; ++i) (out += '.') += std::to_string(bytes[i]);
  return out;
}

std::optional<Ip> parseIp(std::string_view text) {
  if (auto four = parseIp4(text)) return four;
  const auto six = parseIp6(text);
  return six ? std::optional(Ip{*six, false}) : std::nullopt;
}

bool Subnet::contains(const Ip& address) const {
  if (address.isFour != ip.isFour) return false;
  for (std::size_t i = 0; i < 16; ++i)
    if ((ip.bytes[i] ^ address.bytes[i]) & maskAt(i, length)) return false;
  return true;
}

Ip Subnet::first() const {
  Ip out = ip;
  for (std::size_t i = 0; i < 16; ++i) out.bytes[i] &= maskAt(i, length);
  return out;
}

std::string Subnet::text() const { return ip.text() + "/" + std::to_string(length); }

std::optional<Subnet> parseSubnet(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto ip = parseIp(text.substr(0, slash));
  if (!ip) return std::nullopt;
  Subnet out{*ip, 0};
  const std::string_view length = text.substr(slash + 1);
  const auto [end, failed] = std::from_chars(length.data(), length.data() + length.size(), out.length);
  const bool whole = failed == std::errc() && end == length.data() + length.size();
  if (!whole || out.length > ip->bits() || (length.size() > 1 && length[0] == '0')) return std::nullopt;
  return out;
}

}  // namespace fleetd::zerotier
