// The set by which the language sees a native type.
#pragma once
#include "kernel/compose/type.hpp"

namespace fleetd::compose {

Bindings* makeTypeSet(Type* type);
// lib.types.mkOptionType, with its arguments as a forced set.
Value makeCustomType(Compose& c, Value args, Pos pos);
// Definitions as the language writes them: a list of { file, value }.
Value defsToValue(Compose& c, std::span<const Def> defs);
Value defToValue(Compose& c, const Def& def);
// The reverse, in the arena; *error is set when it is no such list.
std::span<Def> defsFromValue(Compose& c, Value list, Value* error);
// A set with attributes in any order, of symbols.
Value makeSet(Compose& c, std::span<const Attr> items);

}  // namespace fleetd::compose
