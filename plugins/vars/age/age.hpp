// age files: encryption to recipients, decryption with identities, ASCII armor.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/vars/age/keys.hpp"

namespace fleetd::vars::age {

inline constexpr std::size_t kMaxPlain = 64u << 20;  // bytes of a file's content

// Binary form. Errors: AGE05 for too much content or no recipients.
fleet::Result<std::string> encrypt(View plain, std::span<const Recipient> recipients, Random& random = systemRandom());
// Binary or armored. Errors: AGE01 and AGE04 for what is no age file, AGE06 when no identity fits, AGE07 when the
// content was changed, AGE08 for a broken armor.
fleet::Result<SecretBytes> decrypt(std::string_view file, std::span<const Identity> identities);

std::string armor(std::string_view binary);
fleet::Result<std::string> unarmor(std::string_view text);

}  // namespace fleetd::vars::age
