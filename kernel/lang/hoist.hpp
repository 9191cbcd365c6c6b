// Constants of functions: what the body of a function computes without looking at its arguments is computed once for
// all calls. The module of a submodule is called for each instance, and most of its options are the same each time.
#pragma once
#include "kernel/base/symbol.hpp"
#include "kernel/lang/expr.hpp"

namespace fleetd::lang {

// Marks expressions of a bound tree (Expr::hoistUp) and gives the frames that keep their values room for them
// (ExprLambda::hoists and so on). `base`: frames outside of the file. A tree without marks means the same.
void hoist(Expr* root, std::uint32_t base, const base::SymbolTable& symbols);

}  // namespace fleetd::lang
