// ssh-rsa keys as age uses them: the file key under RSA-OAEP with SHA-256.
#pragma once
#include "plugins/vars/age/keys.hpp"

namespace fleetd::vars::age {

// The public key as ssh sends it: type, exponent, modulus. Errors: AGE02, also for keys below 2048 bits.
fleet::Result<Recipient> rsaRecipient(View wire);
// From the private part of an OpenSSH key file, behind the type. Errors: AGE03.
fleet::Result<Identity> rsaIdentity(View fields);

fleet::Result<Stanza> wrapRsa(const Recipient& recipient, View fileKey);
// False: the key opens it not, as it was changed or is somebody else's.
fleet::Result<bool> unwrapRsa(const Identity& identity, View body, std::uint8_t fileKey[kFileKey]);

}  // namespace fleetd::vars::age
