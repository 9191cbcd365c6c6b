// Files of sops' binary store: JSON with one value `data` and the metadata `sops`. This is how clan keeps each secret.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/vars/age/age.hpp"

namespace fleetd::vars::sops {

inline constexpr std::size_t kMaxFile = 96u << 20;  // bytes

// `now` is UTC as "2026-11-27T08:00:00Z". Errors: those of age::encrypt.
fleet::Result<std::string> encryptFile(age::View plain, std::span<const age::Recipient> recipients,
                                       std::string_view now, age::Random& random = age::systemRandom());
// The content, its MAC checked. Errors: SOPS02 for what is no such file, SOPS03 for changed content, AGE06 when no
// identity fits.
fleet::Result<SecretBytes> decryptFile(std::string_view json, std::span<const age::Identity> identities);
// Who can read it, without reading it; sorted. Errors: SOPS02; SOPS04 when there are keys of other kinds than age.
fleet::Result<std::vector<std::string>> recipientsOf(std::string_view json);

}  // namespace fleetd::vars::sops
