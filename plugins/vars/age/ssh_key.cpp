// Reading OpenSSH's formats, bounds first.
#include "plugins/vars/age/ssh_key.hpp"

#include <algorithm>
#include <cstring>

#include <sodium.h>

namespace fleetd::vars::age {

namespace {

constexpr std::string_view kType = "ssh-ed25519";
constexpr std::string_view kWireHead("\0\0\0\x0bssh-ed25519\0\0\0\x20", 19);  // of a public key
constexpr std::size_t kLargestFile = 64 << 10;                                // bytes

// Fields of ssh's wire format.
class Wire {
 public:
  explicit Wire(View bytes) : rest_(bytes) {}
  bool number(std::uint32_t& out) {
    if (rest_.size() < 4) return false;
    out = static_cast<std::uint32_t>(rest_[0]) << 24 | static_cast<std::uint32_t>(rest_[1]) << 16 |
          static_cast<std::uint32_t>(rest_[2]) << 8 | rest_[3];
    rest_ = rest_.subspan(4);
    return true;
  }
  bool string(View& out) {
    std::uint32_t size = 0;
    if (!number(size) || size > rest_.size()) return false;
    out = rest_.first(size);
    rest_ = rest_.subspan(size);
    return true;
  }
  bool is(std::string_view expected) {
    View field;
    return string(field) && field.size() == expected.size() &&
           std::memcmp(field.data(), expected.data(), expected.size()) == 0;
  }
  bool done() const { return rest_.empty(); }

 private:
  View rest_;
};

fleet::Result<Recipient> fromWire(View wire, std::string text) {
  Wire in(wire);
  View key;
  Recipient out;
  out.kind = KeyKind::SshEd25519;
  if (!in.is(kType) || !in.string(key) || key.size() != 32 || !in.done() ||
      crypto_sign_ed25519_pk_to_curve25519(out.point.data(), key.data()) != 0)
    return error("AGE02", "the ssh-ed25519 key is garbled");
  out.wire.assign(wire.begin(), wire.end());
  out.text = std::move(text);
  return out;
}

fleet::Result<Identity> fromPrivatePart(View part) {
  Wire in(part);
  std::uint32_t first = 0, second = 0;
  View publicKey, secretKey;
  if (!in.number(first) || !in.number(second) || first != second) return error("AGE03", "the ssh key is garbled");
  if (!in.is(kType))
    return error("AGE03", "the ssh key is not of type ed25519", "age uses ed25519 keys here; make one with ssh-keygen");
  if (!in.string(publicKey) || publicKey.size() != 32 || !in.string(secretKey) || secretKey.size() != 64)
    return error("AGE03", "the ssh key is garbled");
  Bytes wire(kWireHead.size() + 32);
  std::memcpy(wire.data(), kWireHead.data(), kWireHead.size());
  std::memcpy(wire.data() + kWireHead.size(), publicKey.data(), 32);
  Identity out;
  out.kind = KeyKind::SshEd25519;
  FLEET_TRY_ASSIGN(out.recipient, fromWire(wire, std::string(kType) + " " + base64(wire, true)));
  FLEET_TRY_ASSIGN(out.scalar, SecretBytes::make(32));
  crypto_sign_ed25519_sk_to_curve25519(out.scalar.data(), secretKey.data());
  return out;
}

}  // namespace

fleet::Result<Recipient> parseSshRecipient(std::string_view line) {
  const std::size_t space = line.find(' ');
  if (line.substr(0, space) != kType)
    return error("AGE02", "`" + std::string(line.substr(0, std::min<std::size_t>(space, 40))) + "` keys cannot be used",
                 "use an ssh-ed25519 or an age key");
  if (space == std::string_view::npos) return error("AGE02", "the ssh-ed25519 key is garbled");
  const std::string_view rest = line.substr(space + 1);
  const std::string_view encoded = rest.substr(0, rest.find(' '));
  const auto wire = encoded.size() < kLargestFile ? fromBase64(encoded, true) : std::nullopt;
  if (!wire) return error("AGE02", "the ssh-ed25519 key is garbled");
  return fromWire(*wire, std::string(kType) + " " + std::string(encoded));
}

fleet::Result<Identity> parseSshIdentity(std::string_view pem) {
  if (pem.size() > kLargestFile || pem.find("-----BEGIN OPENSSH PRIVATE KEY-----") == std::string_view::npos)
    return error("AGE03", "not an OpenSSH private key", "convert it with ssh-keygen -p -f FILE");
  FLEET_TRY_ASSIGN(auto encoded, SecretBytes::make(pem.size()));
  std::size_t size = 0;
  for (std::size_t at = 0; at < pem.size();) {
    const std::size_t end = std::min(pem.find('\n', at), pem.size());
    std::string_view line = pem.substr(at, end - at);
    at = end + 1;
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.starts_with("-----")) continue;
    std::memcpy(encoded.data() + size, line.data(), line.size());
    size += line.size();
  }
  encoded.shrink(size);
  FLEET_TRY_ASSIGN(auto bytes, SecretBytes::make(size));
  std::size_t length = 0;
  const char* last = nullptr;
  constexpr std::string_view kMagic("openssh-key-v1\0", 15);
  if (sodium_base642bin(bytes.data(), bytes.size(), encoded.text().data(), encoded.size(), nullptr, &length, &last,
                        sodium_base64_VARIANT_ORIGINAL) != 0 ||
      length < kMagic.size() || std::memcmp(bytes.data(), kMagic.data(), kMagic.size()) != 0)
    return error("AGE03", "the ssh key is garbled");
  Wire in(bytes.span().first(length).subspan(kMagic.size()));
  View cipher, ignored, part;
  std::uint32_t count = 0;
  if (!in.string(cipher)) return error("AGE03", "the ssh key is garbled");
  if (std::string_view(reinterpret_cast<const char*>(cipher.data()), cipher.size()) != "none")
    return error("AGE03", "the ssh key has a passphrase", "use an age key, or a copy of the key without a passphrase");
  if (!in.string(ignored) || !in.string(ignored) || !in.number(count) || count != 1 || !in.string(ignored) ||
      !in.string(part))
    return error("AGE03", "the ssh key is garbled");
  return fromPrivatePart(part);
}

}  // namespace fleetd::vars::age
