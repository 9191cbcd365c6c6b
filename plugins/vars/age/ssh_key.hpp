// ssh keys as age uses them: a public key line, and OpenSSH's private key file (PROTOCOL.key) without a
// passphrase.
#pragma once
#include "plugins/vars/age/keys.hpp"

namespace fleetd::vars::age {

// An ed25519 key pair. `secret` has 64 bytes: seed and public key, as libsodium keeps it.
struct SshKeyPair {
  SecretBytes secret;
  Bytes wire;  // the public key as ssh sends it
  View publicKey() const { return secret.span().subspan(32); }
};

// The public key of 32 bytes in ssh's wire format.
Bytes sshWire(View publicKey);
// From an OpenSSH private key file of an ed25519 key. Errors: AGE03; a key with a passphrase is named.
fleet::Result<SshKeyPair> readSshPrivateKey(std::string_view pem);

// "ssh-ed25519 AAAA… comment", or ssh-rsa. Errors: AGE02; other types are named.
fleet::Result<Recipient> parseSshRecipient(std::string_view line);
// Whether it is a private key of ssh that a passphrase protects.
bool hasSshPassphrase(std::string_view pem);
// Errors: AGE03; a key with a passphrase is named.
fleet::Result<Identity> parseSshIdentity(std::string_view pem);

}  // namespace fleetd::vars::age
