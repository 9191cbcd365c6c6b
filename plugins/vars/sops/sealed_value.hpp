// One value in a sops file: ENC[AES256_GCM,data:…,iv:…,tag:…,type:str] (https://github.com/getsops/sops, "Encryption
// Protocol").
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "plugins/vars/age/primitives.hpp"

namespace fleetd::vars::sops {

// `key` has 32 bytes; `bound` is what the value is bound to (its path, or the time of a MAC). An empty text stays
// empty.
fleet::Result<std::string> sealValue(age::View key, age::View plain, std::string_view bound, age::Random& random);
// Errors: SOPS02 for what is no sealed value, SOPS03 when it was changed or moved.
fleet::Result<SecretBytes> openValue(age::View key, std::string_view sealed, std::string_view bound);

}  // namespace fleetd::vars::sops
