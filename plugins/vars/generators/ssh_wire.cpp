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
constexpr std::size_t kColumns = 70, kBlock = 8;

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
  out.wire = age::sshWire(publicKey);
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
