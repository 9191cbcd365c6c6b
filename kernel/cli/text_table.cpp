// Layout of tables.
#include "kernel/cli/text_table.hpp"

#include <algorithm>

#include "kernel/base/text.hpp"

namespace fleetd::cli {

namespace {

constexpr std::size_t kGap = 2;
constexpr std::size_t kHidden = static_cast<std::size_t>(-1);

std::size_t total(const std::vector<std::size_t>& widths) {
  std::size_t sum = 0;
  for (const std::size_t width : widths)
    if (width != kHidden) sum += width + kGap;
  return sum == 0 ? 0 : sum - kGap;
}

// Takes one column of width from the widest that may shrink. False when none may.
bool shrinkOne(const std::vector<Column>& columns, std::vector<std::size_t>& widths) {
  std::size_t best = kHidden;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (widths[i] == kHidden || columns[i].narrowest == 0 || widths[i] <= columns[i].narrowest) continue;
    if (best == kHidden || widths[i] > widths[best]) best = i;
  }
  if (best == kHidden) return false;
  --widths[best];
  return true;
}

bool hideOne(const std::vector<Column>& columns, std::vector<std::size_t>& widths) {
  std::size_t best = kHidden;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (widths[i] == kHidden || columns[i].rank == 0) continue;
    if (best == kHidden || columns[i].rank > columns[best].rank) best = i;
  }
  if (best == kHidden) return false;
  widths[best] = kHidden;
  return true;
}

void appendCell(std::string& line, const std::string& text, std::size_t width, bool right, Style style, bool color) {
  const std::string shown = shorten(text, width);
  const std::string pad(width - std::min(width, base::displayWidth(shown)), ' ');
  if (right) line += pad;
  if (color && !style.start.empty() && !shown.empty()) {
    line += style.start;
    line += shown;
    line += Style::kEnd;
  } else {
    line += shown;
  }
  if (!right) line += pad;
}

}  // namespace

void TextTable::add(std::vector<Cell> row) {
  for (Cell& cell : row) {
    cell.text = base::sanitize(cell.text);
    std::replace_if(
        cell.text.begin(), cell.text.end(), [](char c) { return c == '\n' || c == '\t'; }, ' ');
  }
  rows_.push_back(std::move(row));
}

std::string shorten(std::string_view text, std::size_t width) {
  if (base::displayWidth(text) <= width) return std::string(text);
  if (width == 0) return "";
  std::string out;
  std::size_t used = 0;
  while (!text.empty()) {
    const base::Rune rune = base::decodeRune(text);
    const std::size_t runeColumns = rune.valid ? base::runeWidth(rune.code) : 1;
    if (used + runeColumns + 1 > width) break;
    used += runeColumns;
    out += text.substr(0, rune.size);
    text.remove_prefix(rune.size);
  }
  while (out.ends_with(' ')) out.pop_back();
  return out + "…";
}

std::vector<std::size_t> TextTable::fit(unsigned width) const {
  std::vector<std::size_t> natural(columns_.size());
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    natural[i] = base::displayWidth(columns_[i].title);
    for (const auto& row : rows_) natural[i] = std::max(natural[i], base::displayWidth(row[i].text));
  }
  if (width == 0) return natural;
  // A column that goes gives its place to the others, so shortening starts afresh.
  std::vector<std::size_t> shown = natural;
  for (;;) {
    std::vector<std::size_t> widths = shown;
    while (total(widths) > width && shrinkOne(columns_, widths)) continue;
    if (total(widths) <= width || !hideOne(columns_, shown)) return widths;
  }
}

std::string TextTable::text(unsigned width, bool color) const {
  const std::vector<std::size_t> widths = fit(width);
  std::string out;
  const auto line = [&](auto&& cellAt) {
    std::string text;
    bool first = true;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (widths[i] == kHidden) continue;
      if (!first) text.append(kGap, ' ');
      first = false;
      cellAt(i, text);
    }
    while (!text.empty() && text.back() == ' ') text.pop_back();
    out += text;
    out += '\n';
  };
  line([&](std::size_t i, std::string& to) {
    appendCell(to, columns_[i].title, widths[i], columns_[i].right, kBold, color);
  });
  for (const auto& row : rows_)
    line([&](std::size_t i, std::string& to) {
      appendCell(to, row[i].text, widths[i], columns_[i].right, row[i].style, color);
    });
  return out;
}

}  // namespace fleetd::cli
