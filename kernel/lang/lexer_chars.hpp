// Character classes of the lexer, by table.
#pragma once
#include <array>
#include <cstdint>
#include <string_view>

namespace fleetd::lang {

enum CharClass : std::uint8_t {
  kIdStart = 1,
  kIdPart = 2,
  kPathPart = 4,
  kDigit = 8,
  kBlank = 16,
  kUriPart = 32,
  kLetter = 64
};

inline constexpr std::array<std::uint8_t, 256> kCharClasses = [] {
  std::array<std::uint8_t, 256> table{};
  const auto add = [&table](std::string_view chars, unsigned classes) {
    for (const char c : chars) {
      auto& entry = table[static_cast<unsigned char>(c)];
      entry = static_cast<std::uint8_t>(entry | classes);
    }
  };
  add("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", kIdStart | kIdPart | kPathPart | kUriPart | kLetter);
  add("0123456789", kIdPart | kPathPart | kDigit | kUriPart);
  add("_", kIdStart | kIdPart | kPathPart | kUriPart);
  add("-", kIdPart | kPathPart | kUriPart);
  add("'", kIdPart | kUriPart);
  add(".+", kPathPart | kUriPart);
  add("%/?:@&=$,!~*", kUriPart);
  add(" \t\r\n", kBlank);
  return table;
}();

inline bool isChar(char c, unsigned classes) { return (kCharClasses[static_cast<unsigned char>(c)] & classes) != 0; }

}  // namespace fleetd::lang
