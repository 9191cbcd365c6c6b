// Text of values and expressions for messages, in the manner of Nix's own messages.
#pragma once
#include <string>

#include "kernel/lang/evaluator.hpp"

namespace fleetd::lang {

// Nix's internal spelling of an expression: `n > 2` is "(__lessThan 2 n)".
std::string showExpr(const Expr& expr, const base::SymbolTable& symbols);
// Why two values that were asserted equal differ ("an integer with value '2' is not equal to …"), or "".
std::string describeDifference(Evaluator& ev, Value a, Value b);

}  // namespace fleetd::lang
