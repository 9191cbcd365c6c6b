// ssh keys behind a passphrase. ssh-keygen asks for it and opens the key; no cryptography of ssh is ours.
#pragma once
#include <string>
#include <string_view>

#include "plugins/common/secret_bytes.hpp"

namespace fleetd::vars {

// The same key without its passphrase. ssh-keygen works on a copy that has no name and is in memory only, and that is
// gone with this call, or with the process. Errors: VARS50 where nobody can be asked, VARS99 when ssh-keygen is not
// there or does not open it, and on systems without such memory.
fleet::Result<SecretBytes> unlockSshKey(std::string_view pem, const std::string& source);

}  // namespace fleetd::vars
