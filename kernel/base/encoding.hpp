// Byte encodings: base16, Nix's base32, base64. Bytes are held in std::string.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace fleetd::base {

std::string toBase16(std::string_view bytes);  // lower case
std::string toBase64(std::string_view bytes);  // standard alphabet, padded
// Nix's own order and alphabet (no e, o, t, u), most significant digit first; used for hashes in store paths.
std::string toNix32(std::string_view bytes);

// Strict: nothing for a character outside of the alphabet, a wrong length, or padding bits that are not zero.
std::optional<std::string> fromBase16(std::string_view text);  // both cases
std::optional<std::string> fromBase64(std::string_view text);  // padding required, no blanks
std::optional<std::string> fromNix32(std::string_view text);

}  // namespace fleetd::base
