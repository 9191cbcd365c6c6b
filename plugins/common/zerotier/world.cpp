// Encoding worlds. All numbers are big endian.
#include "plugins/common/zerotier/world.hpp"

#include <algorithm>
#include <charconv>

#include "plugins/common/zerotier/ip.hpp"

namespace fleetd::zerotier {

namespace {

constexpr std::size_t kMostRoots = 4, kMostEndpoints = 32;
constexpr std::uint16_t kPort = 9993;

using Bytes = std::vector<std::uint8_t>;

void add(Bytes& out, std::uint64_t bits, unsigned bytes) {
  for (unsigned i = 0; i < bytes; ++i) out.push_back(static_cast<std::uint8_t>(bits >> 8 * (bytes - 1 - i)));
}
void add(Bytes& out, View bytes) { out.insert(out.end(), bytes.begin(), bytes.end()); }

void addRoot(Bytes& out, const Root& root) {
  add(out, root.address.bits, 5);
  out.push_back(0);  // the type of the identity
  add(out, root.publicKey);
  out.push_back(0);  // no secret half
  out.push_back(static_cast<std::uint8_t>(root.endpoints.size()));
  for (const Endpoint& endpoint : root.endpoints) {
    out.push_back(endpoint.ip.size() == 4 ? 4 : 6);
    add(out, endpoint.ip);
    add(out, endpoint.port, 2);
  }
}

}  // namespace

fleet::Result<Endpoint> parseEndpoint(std::string_view text) {
  Endpoint out;
  out.port = kPort;
  const std::size_t slash = text.find('/');
  const std::string_view ip = text.substr(0, slash);
  bool fine = true;
  if (slash != std::string_view::npos) {
    const std::string_view port = text.substr(slash + 1);
    const auto [end, failed] = std::from_chars(port.data(), port.data() + port.size(), out.port);
    fine = failed == std::errc() && end == port.data() + port.size() && out.port != 0;
  }
  if (const auto parsed = parseIp(ip))
    out.ip.assign(parsed->bytes.begin(), parsed->bytes.begin() + parsed->bits() / 8);
  else
    fine = false;
  if (!fine) return error("ZT06", shown(text) + " is no endpoint", "write an address and a port: 192.0.2.1/9993");
  return out;
}

fleet::Result<Bytes> encodeWorld(const World& world, const Identity& signer) {
  if (world.roots.empty() || world.roots.size() > kMostRoots)
    return error("ZT06", "a world has one to four roots, not " + std::to_string(world.roots.size()));
  for (const Root& root : world.roots)
    if (root.endpoints.size() > kMostEndpoints)
      return error("ZT06", "the root " + root.address.text() + " has more than 32 endpoints");
  auto roots = world.roots;
  std::sort(roots.begin(), roots.end(), [](const Root& a, const Root& b) {
    return a.address != b.address ? a.address < b.address : a.publicKey < b.publicKey;
  });
  Bytes head, tail;
  add(head, static_cast<std::uint8_t>(world.kind), 1);
  add(head, world.id, 8);
  add(head, world.timestamp, 8);
  add(head, signer.publicKey);
  add(tail, roots.size(), 1);
  for (const Root& root : roots) addRoot(tail, root);
  if (world.kind == WorldKind::Moon) add(tail, 0, 2);
  Bytes toSign(8, 0x7f);
  add(toSign, head);
  add(toSign, tail);
  toSign.insert(toSign.end(), 8, 0xf7);
  FLEET_TRY_ASSIGN(const auto signature, sign(signer, toSign));
  add(head, signature);
  add(head, tail);
  return head;
}

}  // namespace fleetd::zerotier
