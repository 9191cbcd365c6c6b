// Bracket expressions of regular expressions: "[^a-z[:digit:]]". Used by regex.cpp only.
#pragma once
#include <bitset>
#include <cstddef>
#include <string_view>

namespace fleetd::lang {

// Reads from behind the '[' to behind the ']' and gives the bytes that match. False: invalid.
bool readBracket(std::string_view text, std::size_t* at, std::bitset<256>* members);

}  // namespace fleetd::lang
