// Writing ssh's wire format (RFC 4251) into locked memory, and OpenSSH's private keys (PROTOCOL.key).
#pragma once
#include <string_view>

#include "plugins/vars/age/ssh_key.hpp"

namespace fleetd::vars {

// Appends fields; the buffer has a fixed size and remembers when it was too small.
class SshWriter {
 public:
  static fleet::Result<SshWriter> make(std::size_t size);
  SshWriter& number(std::uint32_t value);
  SshWriter& number64(std::uint64_t value);
  SshWriter& raw(age::View bytes);
  SshWriter& string(age::View bytes) { return number(static_cast<std::uint32_t>(bytes.size())).raw(bytes); }
  SshWriter& string(std::string_view text) { return string(age::view(text)); }
  age::View view() const { return buffer_.span().first(used_); }

 private:
  explicit SshWriter(SecretBytes buffer) : buffer_(std::move(buffer)) {}
  SecretBytes buffer_;
  std::size_t used_ = 0;
};

using age::SshKeyPair;

fleet::Result<SshKeyPair> makeSshKeyPair(age::Random& random);
// The private key file.
fleet::Result<SecretBytes> sshPrivateKeyText(const SshKeyPair& key, std::string_view comment, age::Random& random);
// "ssh-ed25519 AAAA… comment\n"
std::string sshPublicKeyText(std::string_view type, age::View wire, std::string_view comment);

}  // namespace fleetd::vars
