// Bech32 (BIP 173) without its limit of 90 characters, as age uses it for keys.
#pragma once
#include <string>
#include <string_view>

#include "plugins/vars/age/primitives.hpp"

namespace fleetd::vars::age {

// `prefix` in lower case. The text is in lower case, too.
std::string toBech32(std::string_view prefix, View bytes);

struct Bech32 {
  std::string prefix;  // in lower case
  Bytes bytes;
};
// Mixed case, unknown characters, a wrong checksum and wrong padding are refused.
std::optional<Bech32> fromBech32(std::string_view text);

}  // namespace fleetd::vars::age
