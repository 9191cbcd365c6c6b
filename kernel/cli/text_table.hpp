// TextTable: aligned columns for people. Fits a terminal by shortening lists and leaving out less important columns.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kernel/cli/output.hpp"

namespace fleetd::cli {

struct Column {
  std::string title;
  bool right = false;         // numbers
  std::size_t narrowest = 0;  // columns it may be shortened to; 0: never shortened
  int rank = 0;               // columns with the highest rank are left out first; 0: never
};

struct Cell {
  std::string text;
  Style style = {};
};

class TextTable {
 public:
  explicit TextTable(std::vector<Column> columns) : columns_(std::move(columns)) {}

  // As many cells as columns. Texts are made harmless and put on one line.
  void add(std::vector<Cell> row);
  bool empty() const { return rows_.empty(); }
  // Lines ended by newlines. `width` 0 means no limit.
  std::string text(unsigned width, bool color) const;

 private:
  std::vector<std::size_t> fit(unsigned width) const;

  std::vector<Column> columns_;
  std::vector<std::vector<Cell>> rows_;
};

// The text in at most `width` columns, with "…" at its end when it was cut.
std::string shorten(std::string_view text, std::size_t width);

}  // namespace fleetd::cli
