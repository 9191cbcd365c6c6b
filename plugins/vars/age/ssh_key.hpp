// ssh-ed25519 keys as age uses them: a public key line, and OpenSSH's private key file (PROTOCOL.key) without a
// passphrase.
#pragma once
#include "plugins/vars/age/keys.hpp"

namespace fleetd::vars::age {

// "ssh-ed25519 AAAA… comment". Errors: AGE02; ssh-rsa is named.
fleet::Result<Recipient> parseSshRecipient(std::string_view line);
// Errors: AGE03; a key with a passphrase is named.
fleet::Result<Identity> parseSshIdentity(std::string_view pem);

}  // namespace fleetd::vars::age
