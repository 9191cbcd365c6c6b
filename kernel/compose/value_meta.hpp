// What merging tells beside the value (nixpkgs: `valueMeta` of merge.v2).
#pragma once
#include <span>

#include "kernel/compose/merge.hpp"

namespace fleetd::compose {

// What the type's merge.v2 reports of these definitions: `attrs`, `list`, `attrList`, `configuration` … of its
// elements; an empty set for types that have nothing to tell. Forces the definitions as far as the merge does.
Value valueMeta(Type* type, const Loc* loc, std::span<Def> defs);
// checkedAndMerged.valueMeta of a cell: the same with `_internal.type`, lazily; `cell` outlives the value.
Value metaThunk(Cell& cell);
// { headError, value, valueMeta } as mergeDefinitions and merge.v2 give it, each computed when asked for.
Value checkedAndMerged(Cell& cell);

}  // namespace fleetd::compose
