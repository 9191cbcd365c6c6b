// Excerpt: one source line as a terminal shows it, and the columns of its bytes.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace fleetd::base {

struct Excerpt {
  std::string text;         // tabs expanded, control characters replaced, cut to the width with "…" at a cut end
  std::size_t column = 0;   // where `begin` is shown, in columns from 0
  std::size_t columns = 1;  // columns from `begin` to `end`, at least 1, within the text
};

// Shows the part of `line` around bytes [begin, end) in at most `width` columns. O(width), however long the
// line is.
Excerpt makeExcerpt(std::string_view line, std::size_t begin, std::size_t end, std::size_t width);

}  // namespace fleetd::base
