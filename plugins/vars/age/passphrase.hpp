// age files that a passphrase opens (scrypt), as people protect their identity files.
#pragma once
#include "plugins/vars/age/age.hpp"

namespace fleetd::vars::age {

inline constexpr unsigned kScryptWork = 18;  // 2^18: about a second, 256 MiB

// Whether a file, binary or armored, is opened by a passphrase and nothing else.
bool wantsPassphrase(std::string_view file);
// Errors: AGE01, AGE04, AGE08 for what is no such file, AGE06 for a wrong passphrase, AGE07 for changed content, AGE09
// for one that asks for too much work or memory.
fleet::Result<SecretBytes> decryptWithPassphrase(std::string_view file, View passphrase);
fleet::Result<std::string> encryptWithPassphrase(View plain, View passphrase, unsigned work = kScryptWork,
                                                 Random& random = systemRandom());

}  // namespace fleetd::vars::age
