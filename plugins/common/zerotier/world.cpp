// Encoding and decoding worlds. All numbers are big endian.
#include "plugins/common/zerotier/world.hpp"

#include <algorithm>
#include <charconv>

#include <sodium.h>

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

// The official tool compares fields as they lie in memory of a little-endian machine.
bool before(const Endpoint& a, const Endpoint& b) {
  if (a.ip.size() != b.ip.size()) return a.ip.size() < b.ip.size();
  const auto swapped = [](std::uint16_t port) { return static_cast<std::uint16_t>(port << 8 | port >> 8); };
  if (a.port != b.port) return swapped(a.port) < swapped(b.port);
  if (a.ip.size() == 4) return std::lexicographical_compare(a.ip.rbegin(), a.ip.rend(), b.ip.rbegin(), b.ip.rend());
  return a.ip < b.ip;
}

Bytes signedPart(View head, View tail) {
  Bytes out(8, 0x7f);
  add(out, head);
  add(out, tail);
  out.insert(out.end(), 8, 0xf7);
  return out;
}

// Takes from the front; nothing is read behind the end, and `fine` says so afterwards.
class Reader {
 public:
  explicit Reader(View bytes) : rest_(bytes) {}
  bool fine = true;

  View take(std::size_t count) {
    if (count > rest_.size()) {
      fine = false;
      return {};
    }
    const View out = rest_.first(count);
    rest_ = rest_.subspan(count);
    return out;
  }
  std::uint64_t number(std::size_t count) {
    std::uint64_t out = 0;
    for (const std::uint8_t byte : take(count)) out = out << 8 | byte;
    return out;
  }
  bool atEnd() const { return rest_.empty(); }
  View rest() const { return rest_; }

 private:
  View rest_;
};

fleet::Error noWorld(const std::string& why) {
  return error("ZT08", "this is no world of ZeroTier: " + why, "`zerotier-idtool genmoon` writes files like it");
}

bool readRoot(Reader& in, Root& out) {
  out.address.bits = in.number(5);
  if (in.number(1) != 0) return false;  // the type of the identity
  const View key = in.take(out.publicKey.size());
  if (in.number(1) != 0 || !in.fine) return false;  // no secret half
  std::copy(key.begin(), key.end(), out.publicKey.begin());
  const std::uint64_t count = in.number(1);
  if (count > kMostEndpoints) return false;
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t family = in.number(1);
    if (family != 4 && family != 6) return false;
    const View ip = in.take(family == 4 ? 4 : 16);
    Endpoint& endpoint = out.endpoints.emplace_back();
    endpoint.ip.assign(ip.begin(), ip.end());
    endpoint.port = static_cast<std::uint16_t>(in.number(2));
  }
  return in.fine && !out.address.isReserved();
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
  for (Root& root : roots) std::sort(root.endpoints.begin(), root.endpoints.end(), before);
  Bytes head, tail;
  add(head, static_cast<std::uint8_t>(world.kind), 1);
  add(head, world.id, 8);
  add(head, world.timestamp, 8);
  add(head, signer.publicKey);
  add(tail, roots.size(), 1);
  for (const Root& root : roots) addRoot(tail, root);
  if (world.kind == WorldKind::Moon) add(tail, 0, 2);
  FLEET_TRY_ASSIGN(const auto signature, sign(signer, signedPart(head, tail)));
  add(head, signature);
  add(head, tail);
  return head;
}

fleet::Result<SignedWorld> decodeWorld(View bytes) {
  SignedWorld out;
  Reader in(bytes);
  const std::uint64_t kind = in.number(1);
  if (kind != 0x01 && kind != 0x7f) return noWorld("it is neither a planet nor a moon");
  out.world.kind = static_cast<WorldKind>(kind);
  out.world.id = in.number(8);
  out.world.timestamp = in.number(8);
  const View key = in.take(out.key.size());
  if (!in.fine) return noWorld("it ends too early");
  std::copy(key.begin(), key.end(), out.key.begin());
  const View head = bytes.first(bytes.size() - in.rest().size());
  const View signature = in.take(std::tuple_size_v<Signature>);
  const View tail = in.rest();
  const std::uint64_t roots = in.number(1);
  if (!in.fine || roots == 0 || roots > kMostRoots) return noWorld("it does not have one to four roots");
  for (std::uint64_t i = 0; i < roots; ++i)
    if (!readRoot(in, out.world.roots.emplace_back())) return noWorld("a root is malformed");
  if (out.world.kind == WorldKind::Moon && in.number(2) != 0) return noWorld("it does not end as a moon");
  if (!in.fine || !in.atEnd()) return noWorld("its length is wrong");
  if (!verify(out.key, signedPart(head, tail), signature)) return noWorld("its signature does not hold");
  return out;
}

std::string worldText(View bytes) {
  std::string out(sodium_base64_ENCODED_LEN(bytes.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
  sodium_bin2base64(out.data(), out.size(), bytes.data(), bytes.size(), sodium_base64_VARIANT_ORIGINAL);
  out.pop_back();  // its NUL
  return out;
}

fleet::Result<Bytes> worldBytes(std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  Bytes out(text.size() + 1);  // never a null pointer
  std::size_t size = 0;
  if (sodium_base642bin(out.data(), out.size(), text.data(), text.size(), nullptr, &size, nullptr,
                        sodium_base64_VARIANT_ORIGINAL) != 0)
    return noWorld("it is not in base64");
  out.resize(size);
  // The library lets some bytes pass that are no digits.
  if (worldText(out) != text) return noWorld("it is not in base64");
  return out;
}

}  // namespace fleetd::zerotier
