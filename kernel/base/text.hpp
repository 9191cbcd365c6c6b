// Text helpers: UTF-8, joining and splitting, what a terminal shows, quoting for a shell. All work on bytes
// in memory.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fleetd::base {

// The offset of the first byte that is not part of well-formed UTF-8 (no surrogates, no overlong forms), or
// nothing.
std::optional<std::size_t> invalidUtf8At(std::string_view text);

struct Rune {
  char32_t code = 0;
  std::size_t size = 0;  // bytes; 1 when the bytes are not UTF-8
  bool valid = false;
};
// The code point at the start of a non-empty text.
Rune decodeRune(std::string_view text);
// Appends a code point as UTF-8; surrogates and values above U+10FFFF become U+FFFD.
void appendRune(std::string& out, char32_t code);

// Columns that a terminal uses for the text: 2 for wide characters, 0 for combining ones, 1 for bytes that
// are not UTF-8. Tabs and control characters count 1; pass the text through `sanitize` or `expandTabs` first.
std::size_t displayWidth(std::string_view text);
std::size_t runeWidth(char32_t code);
// Makes hostile text harmless for a terminal: control characters other than \n and \t, and bytes that are not
// UTF-8, become U+FFFD.
std::string sanitize(std::string_view text);

// The parts between separators; always at least one part, so split("", ',') is {""}. Parts point into `text`.
std::vector<std::string_view> split(std::string_view text, char separator);
// The same for lines: a final newline does not start another line, and "\r\n" counts as one.
std::vector<std::string_view> splitLines(std::string_view text);
std::string join(const std::vector<std::string>& parts, std::string_view separator);
std::string join(const std::vector<std::string_view>& parts, std::string_view separator);
// Without ASCII blanks (space, \t, \r, \n) at both ends.
std::string_view trim(std::string_view text);
// ASCII only; bytes above 127 stay.
std::string toLower(std::string_view text);
// The integer a decimal text spells, an optional '-' included; nothing for anything else or outside of the
// range.
std::optional<long long> parseInt(std::string_view text);

// One word for a POSIX shell that expands to exactly this text. The text must not hold NUL.
std::string shellQuote(std::string_view text);
// A command line for people: words joined by blanks, quoted where needed.
std::string shellJoin(const std::vector<std::string>& words);

}  // namespace fleetd::base
