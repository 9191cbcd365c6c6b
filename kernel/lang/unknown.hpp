// Symbolic rules: what operations on unknown values give, and questions one may ask about partly known values (design
// §7).
//
// Forms an unknown set may take: If(c, set, set), Update(set, set), Attrs (names not all known), Root, Select, Call,
// Prim … Forms an unknown list may take: If, Binary Concat(list, list) with known segments. Unknown strings: If, Interp
// (parts). An error inside one branch of an unknown condition is bottom: it counts as "this branch does not happen",
// not as an error.
#pragma once
#include <optional>
#include <string>

#include "kernel/lang/evaluator.hpp"

namespace fleetd::lang {

// !v of an unknown truth value; undoes a double negation.
Value unknownNot(Evaluator& ev, Value v, Pos pos);
// If(condition, then, otherwise) for operands that are forced already: folds equal known scalars and a bottom branch.
Value foldIf(Evaluator& ev, Value condition, Value then, Value otherwise, Pos pos);
// set.name for an unknown set. `fallback` is null for a plain selection, else the (lazy) `or` value.
Value selectUnknown(Evaluator& ev, Value set, Symbol name, const Value* fallback, Pos pos);
Value hasAttrUnknown(Evaluator& ev, Value set, Symbol name, Pos pos);

// The known attributes of a partly known set in symbol order, flattened through Update and Attrs; `open` when further
// names are possible or a listed one may be overridden. nullopt when nothing is known of its names.
struct KnownNames {
  Bindings* known = nullptr;  // values are lazy; an overridable value is already the residual that says so
  bool open = false;
};
std::optional<KnownNames> knownNames(Evaluator& ev, Value set);

// Nix text of a partly unknown value, for people: `config.networking.hostName + "-x"`. Depth-bounded; forces nothing.
std::string printUnknown(Evaluator& ev, Value v, int depth = 6);
// Evaluator::show() with as many levels of sets, lists and unknown values as `depth` says.
std::string showWithin(Evaluator& ev, Value v, int depth);
// The root an unknown select chain starts from ("config", "pkgs"), and the path below it; nullopt when it is no such
// chain.
struct Reference {
  std::string_view root;
  std::vector<Symbol> path;
};
std::optional<Reference> asReference(Evaluator& ev, Value v);

// --- pieces of eval.cpp that live elsewhere ---
Value assertionFailed(Evaluator& ev, const ExprAssert* node, Env* env);
Value positionSet(Evaluator& ev, Pos pos);
Value addDynamicAttrs(Evaluator& ev, const ExprAttrs* expr, Bindings* statics, Env* env);
Value applyOverrides(Evaluator& ev, const ExprAttrs* expr, Bindings* out, Env* frame);

}  // namespace fleetd::lang
