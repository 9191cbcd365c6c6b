// Excerpts of hostile lines: a line may be megabytes long, hold tabs, escape sequences or no UTF-8 at all.
#include "kernel/base/excerpt.hpp"

#include <algorithm>
#include <vector>

#include "kernel/base/text.hpp"

namespace fleetd::base {

namespace {

constexpr std::size_t kTab = 4;
constexpr std::string_view kEllipsis = "…";

struct Cell {
  std::size_t offset;  // byte in the line
  std::size_t column;
  std::size_t width;
  std::string text;
};

bool continues(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

std::vector<Cell> cellsOf(std::string_view line, std::size_t from, std::size_t to) {
  std::vector<Cell> cells;
  std::size_t column = 0;
  while (from < to) {
    const std::string_view rest = line.substr(from);
    const std::size_t size = decodeRune(rest).size;
    std::string text = rest[0] == '\t' ? std::string(kTab - column % kTab, ' ') : sanitize(rest.substr(0, size));
    const std::size_t width = displayWidth(text);
    cells.push_back({from, column, width, std::move(text)});
    column += width;
    from += size;
  }
  return cells;
}

}  // namespace

Excerpt makeExcerpt(std::string_view line, std::size_t begin, std::size_t end, std::size_t width) {
  width = std::max<std::size_t>(width, 20);
  begin = std::min(begin, line.size());
  end = std::clamp(end, begin, line.size());
  // Bytes that can matter: a character has at most four, plus some for combining ones.
  const std::size_t reach = width * 6;
  std::size_t from = begin > reach ? begin - reach : 0;
  while (from < begin && from > 0 && continues(line[from])) ++from;
  const std::size_t to = std::min(line.size(), begin + reach);
  const std::vector<Cell> cells = cellsOf(line, from, to);

  const std::size_t total = cells.empty() ? 0 : cells.back().column + cells.back().width;
  auto columnOf = [&](std::size_t offset) {
    const auto it = std::find_if(cells.begin(), cells.end(), [&](const Cell& c) { return c.offset >= offset; });
    return it == cells.end() ? total : it->column;
  };
  const std::size_t first = columnOf(begin);
  const std::size_t last = columnOf(end);
  const bool whole = from == 0 && to == line.size() && total <= width;
  const std::size_t windowBegin = whole || first < width / 2 ? 0 : first - width / 3;
  const std::size_t windowEnd = windowBegin + width;

  Excerpt out;
  const bool cutBefore = from > 0 || windowBegin > 0;
  const bool cutAfter = to < line.size() || total > windowEnd;
  const std::size_t shownBegin = windowBegin + (cutBefore ? 1 : 0);
  const std::size_t shownEnd = windowEnd - (cutAfter ? 1 : 0);
  if (cutBefore) out.text += kEllipsis;
  std::size_t reached = shownBegin;
  for (const Cell& cell : cells) {
    if (cell.column < shownBegin || cell.column + cell.width > shownEnd) continue;
    if (cell.column > reached) out.text.append(cell.column - reached, ' ');  // half of a wide character was cut
    out.text += cell.text;
    reached = cell.column + cell.width;
  }
  if (cutAfter) out.text += kEllipsis;
  const std::size_t markBegin = std::clamp(first, shownBegin, windowEnd - 1);
  const std::size_t markEnd = std::clamp(last, markBegin, windowEnd);
  out.column = markBegin - windowBegin;
  out.columns = std::max<std::size_t>(1, markEnd - markBegin);
  return out;
}

}  // namespace fleetd::base
