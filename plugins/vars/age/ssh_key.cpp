// Reading OpenSSH's formats, bounds first.
#include "plugins/vars/age/ssh_key.hpp"

#include <algorithm>
#include <cstring>

#include <sodium.h>

namespace fleetd::vars::age {

namespace {

constexpr std::string_view kType = "ssh-ed25519";
constexpr std::size_t kLargestFile = 64 << 10;  // bytes

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

fleet::Error garbled() { return error("AGE03", "the ssh key is garbled, or of another type than ed25519"); }

fleet::Result<SshKeyPair> fromPrivatePart(View part) {
  Wire in(part);
  std::uint32_t first = 0, second = 0;
  View publicKey, secretKey;
  if (!in.number(first) || !in.number(second) || first != second || !in.is(kType) || !in.string(publicKey) ||
      publicKey.size() != 32 || !in.string(secretKey) || secretKey.size() != 64)
    return garbled();
  SshKeyPair out;
  FLEET_TRY_ASSIGN(out.secret, SecretBytes::copy(secretKey));
  out.wire = sshWire(publicKey);
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

Bytes sshWire(View publicKey) {
  constexpr std::string_view kHead("\0\0\0\x0bssh-ed25519\0\0\0\x20", 19);
  Bytes out(kHead.size() + 32);
  std::memcpy(out.data(), kHead.data(), kHead.size());
  std::memcpy(out.data() + kHead.size(), publicKey.data(), 32);
  return out;
}

fleet::Result<SshKeyPair> readSshPrivateKey(std::string_view pem) {
  constexpr std::string_view kBegin = "-----BEGIN OPENSSH PRIVATE KEY-----", kEnd = "-----END";
  const std::size_t begin = pem.find(kBegin);
  const std::size_t end = begin == std::string_view::npos ? begin : pem.find(kEnd, begin + kBegin.size());
  if (end == std::string_view::npos || pem.size() > kLargestFile)
    return error("AGE03", "not an OpenSSH private key", "convert it with ssh-keygen -p -f FILE");
  const std::string_view body = pem.substr(begin + kBegin.size(), end - begin - kBegin.size());
  FLEET_TRY_ASSIGN(auto bytes, SecretBytes::make(body.size()));
  std::size_t length = 0;
  const char* last = nullptr;
  constexpr std::string_view kMagic("openssh-key-v1\0", 15);
  if (sodium_base642bin(bytes.data(), bytes.size(), body.data(), body.size(), "\r\n", &length, &last,
                        sodium_base64_VARIANT_ORIGINAL) != 0 ||
      length < kMagic.size() || std::memcmp(bytes.data(), kMagic.data(), kMagic.size()) != 0)
    return garbled();
  Wire in(bytes.span().first(length).subspan(kMagic.size()));
  View cipher, ignored, part;
  std::uint32_t count = 0;
  if (!in.string(cipher)) return garbled();
  if (std::string_view(reinterpret_cast<const char*>(cipher.data()), cipher.size()) != "none")
    return error("AGE03", "the ssh key has a passphrase", "use an age key, or a copy of the key without a passphrase");
  if (!in.string(ignored) || !in.string(ignored) || !in.number(count) || count != 1 || !in.string(ignored) ||
      !in.string(part))
    return garbled();
  return fromPrivatePart(part);
}

fleet::Result<Identity> parseSshIdentity(std::string_view pem) {
  FLEET_TRY_ASSIGN(const auto pair, readSshPrivateKey(pem));
  Identity out;
  out.kind = KeyKind::SshEd25519;
  FLEET_TRY_ASSIGN(out.recipient, fromWire(pair.wire, std::string(kType) + " " + base64(pair.wire, true)));
  FLEET_TRY_ASSIGN(out.scalar, SecretBytes::make(32));
  crypto_sign_ed25519_sk_to_curve25519(out.scalar.data(), pair.secret.data());
  return out;
}

}  // namespace fleetd::vars::age
