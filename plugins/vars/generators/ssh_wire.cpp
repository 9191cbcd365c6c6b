// ed25519 keys in OpenSSH's formats.
#include "plugins/vars/generators/ssh_wire.hpp"

#include <cstring>

#include <sodium.h>

namespace fleetd::vars {

namespace {

constexpr std::string_view kType = "ssh-ed25519";
constexpr std::string_view kMagic("openssh-key-v1\0", 15);
constexpr std::string_view kBegin = "-----BEGIN OPENSSH PRIVATE KEY-----\n",
                           kEnd = "-----END OPENSSH PRIVATE KEY-----\n";
constexpr std::size_t kColumns = 70, kBlock = 8, kLargest = 64 << 10;

// `publicKey` has 32 bytes.
age::Bytes publicWire(age::View publicKey) {
  constexpr std::string_view kHead("\0\0\0\x0bssh-ed25519\0\0\0\x20", 19);
  age::Bytes out(kHead.size() + 32);
  std::memcpy(out.data(), kHead.data(), kHead.size());
  std::memcpy(out.data() + kHead.size(), publicKey.data(), 32);
  return out;
}

fleet::Error garbled() {
  return age::error("VARS11", "an ssh key it needs is garbled, or of another type than ed25519");
}

// Takes fields off; every one is checked against what is left.
struct SshReader {
  age::View rest;
  bool number(std::uint32_t& out) {
    if (rest.size() < 4) return false;
    out = static_cast<std::uint32_t>(rest[0]) << 24 | static_cast<std::uint32_t>(rest[1]) << 16 |
          static_cast<std::uint32_t>(rest[2]) << 8 | rest[3];
    rest = rest.subspan(4);
    return true;
  }
  bool string(age::View& out) {
    std::uint32_t size = 0;
    if (!number(size) || size > rest.size()) return false;
    out = rest.first(size);
    rest = rest.subspan(size);
    return true;
  }
};

}  // namespace

fleet::Result<SshWriter> SshWriter::make(std::size_t size) {
  FLEET_TRY_ASSIGN(auto buffer, SecretBytes::make(size));
  return SshWriter(std::move(buffer));
}

SshWriter& SshWriter::raw(age::View bytes) {
  const std::size_t size = std::min(bytes.size(), buffer_.size() - used_);
  if (size > 0) std::memcpy(buffer_.data() + used_, bytes.data(), size);
  used_ += size;
  return *this;
}

SshWriter& SshWriter::number(std::uint32_t value) {
  const std::uint8_t bytes[] = {static_cast<std::uint8_t>(value >> 24), static_cast<std::uint8_t>(value >> 16),
                                static_cast<std::uint8_t>(value >> 8), static_cast<std::uint8_t>(value)};
  return raw(bytes);
}

SshWriter& SshWriter::number64(std::uint64_t value) {
  return number(static_cast<std::uint32_t>(value >> 32)).number(static_cast<std::uint32_t>(value));
}

fleet::Result<SshKeyPair> makeSshKeyPair(age::Random& random) {
  FLEET_TRY_ASSIGN(auto seed, SecretBytes::make(32));
  random.fill({seed.data(), seed.size()});
  SshKeyPair out;
  FLEET_TRY_ASSIGN(out.secret, SecretBytes::make(64));
  std::uint8_t publicKey[32];
  crypto_sign_ed25519_seed_keypair(publicKey, out.secret.data(), seed.data());
  out.wire = publicWire(publicKey);
  return out;
}

fleet::Result<SshKeyPair> readSshPrivateKey(std::string_view pem) {
  const std::size_t begin = pem.find(kBegin), end = pem.find("-----END", begin == std::string_view::npos ? 0 : begin);
  if (begin == std::string_view::npos || end == std::string_view::npos || pem.size() > kLargest) return garbled();
  const std::string_view body = pem.substr(begin + kBegin.size(), end - begin - kBegin.size());
  FLEET_TRY_ASSIGN(auto bytes, SecretBytes::make(body.size()));
  std::size_t size = 0;
  const char* last = nullptr;
  if (sodium_base642bin(bytes.data(), bytes.size(), body.data(), body.size(), "\r\n", &size, &last,
                        sodium_base64_VARIANT_ORIGINAL) != 0 ||
      size < kMagic.size() || std::memcmp(bytes.data(), kMagic.data(), kMagic.size()) != 0)
    return garbled();
  SshReader in{bytes.span().first(size).subspan(kMagic.size())};
  age::View cipher, ignored, part;
  std::uint32_t count = 0;
  if (!in.string(cipher) || !in.string(ignored) || !in.string(ignored) || !in.number(count) || count != 1 ||
      !in.string(ignored) || !in.string(part))
    return garbled();
  if (cipher.size() != 4 || std::memcmp(cipher.data(), "none", 4) != 0)
    return age::error("VARS11", "an ssh key it needs has a passphrase");
  SshReader inner{part};
  std::uint32_t first = 0, second = 0;
  age::View type, publicKey, secretKey;
  if (!inner.number(first) || !inner.number(second) || first != second || !inner.string(type) ||
      type.size() != kType.size() || std::memcmp(type.data(), kType.data(), kType.size()) != 0 ||
      !inner.string(publicKey) || publicKey.size() != 32 || !inner.string(secretKey) || secretKey.size() != 64)
    return garbled();
  SshKeyPair out;
  FLEET_TRY_ASSIGN(out.secret, SecretBytes::copy(secretKey));
  out.wire = publicWire(publicKey);
  return out;
}

fleet::Result<SecretBytes> sshPrivateKeyText(const SshKeyPair& key, std::string_view comment, age::Random& random) {
  std::uint8_t check[4];
  random.fill(check);
  FLEET_TRY_ASSIGN(auto part, SshWriter::make(256 + comment.size()));
  part.raw(check).raw(check).string(kType).string(key.publicKey()).string(key.secret.span()).string(comment);
  for (std::uint8_t pad = 1; part.view().size() % kBlock != 0; ++pad) part.raw({&pad, 1});
  FLEET_TRY_ASSIGN(auto whole, SshWriter::make(part.view().size() + 256));
  whole.raw(age::view(kMagic)).string("none").string("none").string("").number(1);
  whole.string(age::View(key.wire)).string(part.view());
  const age::View bytes = whole.view();
  const std::size_t length = sodium_base64_encoded_len(bytes.size(), sodium_base64_VARIANT_ORIGINAL);
  FLEET_TRY_ASSIGN(auto encoded, SecretBytes::make(length));
  sodium_bin2base64(reinterpret_cast<char*>(encoded.data()), length, bytes.data(), bytes.size(),
                    sodium_base64_VARIANT_ORIGINAL);
  const std::string_view text = encoded.text().substr(0, length - 1);
  FLEET_TRY_ASSIGN(auto out, SshWriter::make(kBegin.size() + kEnd.size() + text.size() + text.size() / kColumns + 2));
  out.raw(age::view(kBegin));
  for (std::size_t at = 0; at < text.size(); at += kColumns)
    out.raw(age::view(text.substr(at, kColumns))).raw(age::view("\n"));
  out.raw(age::view(kEnd));
  return SecretBytes::copy(out.view());
}

std::string sshPublicKeyText(std::string_view type, age::View wire, std::string_view comment) {
  std::string out = std::string(type) + " " + age::base64(wire, true);
  if (!comment.empty()) out += " " + std::string(comment);
  return out + "\n";
}

}  // namespace fleetd::vars
