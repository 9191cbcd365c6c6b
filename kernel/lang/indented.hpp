// Layout of indented strings: finds the common indentation and strips it.
#pragma once
#include <span>
#include <vector>

#include "kernel/base/arena.hpp"
#include "kernel/lang/expr.hpp"

namespace fleetd::lang {

// A piece of an indented string in source order: text that takes part in the layout, a literal (from an
// escape) that does not, or an interpolated expression.
struct LayoutPiece {
  std::string_view text;
  Expr* expr = nullptr;  // set for an interpolation
  bool literal = false;
  Pos pos = 0;
  Pos end = 0;
};

// Appends the parts of the finished string to `parts`: ExprString nodes (neighbouring text joined, empty text
// dropped) and the interpolated expressions. The text of the nodes lives in the source or in the arena.
void layoutIndented(base::Arena& arena, std::span<const LayoutPiece> pieces, std::vector<Expr*>& parts);

}  // namespace fleetd::lang
