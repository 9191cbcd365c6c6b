// PGP keys of sops: the data key encrypted and decrypted by gpg, which has the keys. SOPS_GPG_EXEC names another
// program, as for sops.
#pragma once
#include <string>
#include <string_view>

#include "plugins/vars/age/keys.hpp"

namespace fleetd::vars::sops {

// In upper case and without spaces. What is no fingerprint stays as it is.
std::string plainFingerprint(std::string_view text);
// A whole fingerprint, 40 or 64 hexadecimal digits. Errors: PGP01, also for short ids, which can be forged.
fleet::Result<age::Recipient> parsePgpRecipient(std::string_view text);

// Armored. Errors: PGP02 when there is no gpg, PGP03 when it has no such key or does not encrypt.
fleet::Result<std::string> wrapWithGpg(const std::string& fingerprint, age::View key);
// Errors: PGP02, AGE06 when gpg has none of its keys, PGP04 for anything else.
fleet::Result<SecretBytes> unwrapWithGpg(std::string_view armored);

}  // namespace fleetd::vars::sops
