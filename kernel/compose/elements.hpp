// The elements of containers as cells: what is merged one by one in lists, sets of values and attribute lists.
#pragma once
#include <span>
#include <vector>

#include "kernel/compose/merge.hpp"

namespace fleetd::compose {

// One definition in the arena.
std::span<Def> oneDef(Compose& c, Value value, File* file, Pos pos);

struct Element {
  Symbol name;  // none in lists
  Cell* cell;
};
// The elements of a ListOf or AttrsWith that are defined (a lazy set: all), in the order of the merged value. Null, or
// the error.
Value elementCells(Type* type, const Loc* loc, std::span<Def> defs, std::vector<Element>* out);

struct AttrListElement {
  Symbol name;
  Cell* cell;
  File* file;
  std::int64_t order;
};
// The same of an AttrListOf.
Value attrListCells(Type* type, const Loc* loc, std::span<Def> defs, std::vector<AttrListElement>* out);
// [ { name = value; } … ]
Value attrListValue(Compose& c, std::span<const AttrListElement> elements);

}  // namespace fleetd::compose
