// The binder: rewrites every Var of a tree to Local, Global or WithVar, and reports variables that nothing
// defines.
#pragma once
#include "kernel/base/symbol.hpp"
#include "kernel/lang/parser.hpp"

namespace fleetd::lang {

// Works in place on file.root, which must not be null, and appends to file.problems (in no particular order).
// A variable that nothing defines stays a Var; it is a problem only with `reportUndefined`.
void bind(ParsedFile& file, base::SymbolTable& symbols, const BaseScope& scope, bool reportUndefined);

}  // namespace fleetd::lang
