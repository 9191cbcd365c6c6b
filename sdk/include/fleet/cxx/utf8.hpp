// fleet/cxx/utf8.hpp - is this text UTF-8 (no overlong forms, no surrogates)?
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace fleet {

inline bool isUtf8(std::string_view text) {
  const auto at = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const auto follows = [&](std::size_t i) { return i < text.size() && (at(i) & 0xc0) == 0x80; };
  std::size_t i = 0;
  while (i < text.size()) {
    if (text.size() - i >= 8) {  // nearly all text is ASCII
      std::uint64_t word = 0;
      std::memcpy(&word, text.data() + i, 8);
      if ((word & 0x8080808080808080u) == 0) {
        i += 8;
        continue;
      }
    }
    const auto lead = at(i);
    if (lead < 0x80) {
      i += 1;
    } else if (lead >= 0xc2 && lead <= 0xdf) {
      if (!follows(i + 1)) return false;
      i += 2;
    } else if (lead >= 0xe0 && lead <= 0xef) {
      if (!follows(i + 1) || !follows(i + 2)) return false;
      if ((lead == 0xe0 && at(i + 1) < 0xa0) || (lead == 0xed && at(i + 1) > 0x9f)) return false;
      i += 3;
    } else if (lead >= 0xf0 && lead <= 0xf4) {
      if (!follows(i + 1) || !follows(i + 2) || !follows(i + 3)) return false;
      if ((lead == 0xf0 && at(i + 1) < 0x90) || (lead == 0xf4 && at(i + 1) > 0x8f)) return false;
      i += 4;
    } else {
      return false;
    }
  }
  return true;
}

}  // namespace fleet
