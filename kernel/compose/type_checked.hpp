// Merges that check: which side of an either takes the definitions, what coercion makes of them, what a type of
// somebody else's says.
#pragma once
#include <span>

#include "kernel/compose/type.hpp"

namespace fleetd::compose {

// The side of an either that takes the definitions, its value if wanted; *head tells when neither does.
Value chooseSide(Type* type, const Loc* loc, std::span<Def> defs, bool wanted, Value* head);
// The definitions of a coercedTo with the coercion done where the first type takes them.
std::span<Def> coerced(Type* type, const Loc* loc, std::span<Def> defs, Value* error);
// The result of a Custom type's own merge.v2: { headError, value, valueMeta }, or the error.
Value customResult(Type* type, const Loc* loc, std::span<Def> defs);
// The type an Either, CoercedTo or AddCheck leaves these definitions to, and what it gets; null for other types and
// when no side takes them, or with *error.
Type* delegateOf(Type* type, const Loc* loc, std::span<Def> defs, std::span<Def>* inner, Value* error);

}  // namespace fleetd::compose
