// Reading OpenSSH's formats, bounds first.
#include "plugins/vars/age/ssh_key.hpp"

#include <algorithm>
#include <cstring>

#include <sodium.h>

#include "plugins/vars/age/ssh_rsa.hpp"
#include "plugins/vars/age/ssh_wire.hpp"

namespace fleetd::vars::age {

namespace {

constexpr std::string_view kType = "ssh-ed25519", kRsa = "ssh-rsa";
constexpr std::size_t kLargestFile = 64 << 10;  // bytes
constexpr std::string_view kLocked = "the ssh key has a passphrase";

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

fleet::Error garbled() { return error("AGE03", "the ssh key is garbled, or of another type than ed25519 and rsa"); }

// What comes behind the two equal numbers: the type, then the key.
fleet::Result<View> checkedPart(View part) {
  Wire in(part);
  std::uint32_t first = 0, second = 0;
  if (!in.number(first) || !in.number(second) || first != second) return garbled();
  return in.rest();
}

fleet::Result<SshKeyPair> fromPrivatePart(View part) {
  Wire in(part);
  View publicKey, secretKey;
  if (!in.is(kType) || !in.string(publicKey) || publicKey.size() != 32 || !in.string(secretKey) ||
      secretKey.size() != 64)
    return garbled();
  SshKeyPair out;
  FLEET_TRY_ASSIGN(out.secret, SecretBytes::copy(secretKey));
  out.wire = sshWire(publicKey);
  return out;
}

struct PrivatePart {
  SecretBytes bytes;
  View part;
};

fleet::Result<PrivatePart> readPrivatePart(std::string_view pem);

}  // namespace

fleet::Result<Recipient> parseSshRecipient(std::string_view line) {
  const std::size_t space = line.find(' ');
  const bool rsa = line.substr(0, space) == kRsa;
  if (line.substr(0, space) != kType && !rsa)
    return error("AGE02", "`" + std::string(line.substr(0, std::min<std::size_t>(space, 40))) + "` keys cannot be used",
                 "use an ssh-ed25519, an ssh-rsa or an age key");
  if (space == std::string_view::npos) return error("AGE02", "the ssh key is garbled");
  const std::string_view rest = line.substr(space + 1);
  const std::string_view encoded = rest.substr(0, rest.find(' '));
  const auto wire = encoded.size() < kLargestFile ? fromBase64(encoded, true) : std::nullopt;
  if (!wire) return error("AGE02", "the ssh key is garbled");
  if (rsa) return rsaRecipient(*wire);
  return fromWire(*wire, std::string(kType) + " " + std::string(encoded));
}

Bytes sshWire(View publicKey) {
  constexpr std::string_view kHead("\0\0\0\x0bssh-ed25519\0\0\0\x20", 19);
  Bytes out(kHead.size() + 32);
  std::memcpy(out.data(), kHead.data(), kHead.size());
  std::memcpy(out.data() + kHead.size(), publicKey.data(), 32);
  return out;
}

namespace {

fleet::Result<PrivatePart> readPrivatePart(std::string_view pem) {
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
    return error("AGE03", std::string(kLocked),
                 "use an age key, which may have a passphrase (age -p), or a copy of the ssh key without one");
  if (!in.string(ignored) || !in.string(ignored) || !in.number(count) || count != 1 || !in.string(ignored) ||
      !in.string(part))
    return garbled();
  FLEET_TRY_ASSIGN(const View checked, checkedPart(part));
  return PrivatePart{std::move(bytes), checked};
}

}  // namespace

bool hasSshPassphrase(std::string_view pem) {
  if (pem.find("-----BEGIN ENCRYPTED PRIVATE KEY-----") != std::string_view::npos ||
      pem.find("Proc-Type: 4,ENCRYPTED") != std::string_view::npos)
    return true;
  const auto read = readPrivatePart(pem);
  return !read && read.error().message == kLocked;
}

fleet::Result<SshKeyPair> readSshPrivateKey(std::string_view pem) {
  FLEET_TRY_ASSIGN(const auto read, readPrivatePart(pem));
  return fromPrivatePart(read.part);
}

fleet::Result<Identity> parseSshIdentity(std::string_view pem) {
  FLEET_TRY_ASSIGN(const auto read, readPrivatePart(pem));
  if (Wire in(read.part); in.is(kRsa)) return rsaIdentity(in.rest());
  FLEET_TRY_ASSIGN(const auto pair, fromPrivatePart(read.part));
  Identity out;
  out.kind = KeyKind::SshEd25519;
  FLEET_TRY_ASSIGN(out.recipient, fromWire(pair.wire, std::string(kType) + " " + base64(pair.wire, true)));
  FLEET_TRY_ASSIGN(out.scalar, SecretBytes::make(32));
  crypto_sign_ed25519_sk_to_curve25519(out.scalar.data(), pair.secret.data());
  return out;
}

}  // namespace fleetd::vars::age
