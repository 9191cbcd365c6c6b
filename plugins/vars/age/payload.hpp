// The content of age files once the file key is known: header and MAC, then chunks of 64 KiB.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "plugins/vars/age/header.hpp"

namespace fleetd::vars::age {

// A whole file. Errors: AGE05 for too much content.
fleet::Result<std::string> sealPayload(const std::vector<Stanza>& stanzas, View plain, View fileKey, Random& random);
// The content of `file`, whose header was parsed. Errors: AGE07 when it was changed.
fleet::Result<SecretBytes> openPayload(std::string_view file, const Header& header, View fileKey);

}  // namespace fleetd::vars::age
