// Prints syntax trees as Nix source, for residual values and expressions of plugins.
#pragma once
#include <string>
#include <string_view>

#include "kernel/base/symbol.hpp"
#include "kernel/lang/expr.hpp"

namespace fleetd::lang {

// One line of valid Nix with the fewest parentheses: the text parses to a tree that prints the same. Works
// before and after binding. Comments and layout are gone, indented strings become ordinary ones, attributes
// stand in the order of the source, paths are absolute.
std::string print(const Expr& expr, const base::SymbolTable& symbols);

// Appends text as it stands between double quotes. `interpolationFollows`: `${` comes next, so a `$` at the
// end must be escaped.
void appendEscaped(std::string& out, std::string_view text, bool interpolationFollows);
// A double-quoted string literal with this value.
std::string printString(std::string_view text);
// An attribute name: bare when it is an identifier and no keyword, else quoted.
std::string printName(std::string_view name);
// The double as a Nix literal that reads back the same; negative ones and what has no literal in parentheses,
// e.g. "(-1.5)".
std::string printFloat(double value);
// Whether the text is an identifier and no keyword.
bool isIdentifier(std::string_view text);

}  // namespace fleetd::lang
