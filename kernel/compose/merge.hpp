// Merging the definitions of one option: properties, priorities, order, then the type's merge
// (lib.modules.mergeDefinitions).
#pragma once
#include <span>

#include "kernel/compose/model.hpp"

namespace fleetd::compose {

enum class Property : std::uint8_t { None, If, Merge, Override, Order, Definition, Other };
// What kind of property a forced value is. *error is set when its `_type` fails.
Property propertyOf(Compose& c, Value v, Value* error);
// The sets mkIf and mkOverride make.
Value makeIf(Compose& c, Value condition, Value content);
Value makeOverride(Compose& c, Value priority, Value content);
Value makeOrder(Compose& c, Value priority, Value content);
// The value with its pushed-down properties as sets around it again.
Value materialize(Compose& c, const Def& def);

// The definitions of one option and, once asked for, what becomes of them. Lives in the arena.
struct Cell {
  Compose* c;
  bool isPrivate;  // made for one host of a cohort
  Type* type;
  const Loc* loc;
  std::span<Def> defs;    // as collected
  std::span<Def> final;   // after conditions, priorities and order
  std::int64_t priority;  // of `final`
  State state;            // of `final`
  Value error;            // met on the way to `final`
  Thunk merged;           // the merged value
};

Cell* newCell(Compose& c, Type* type, const Loc* loc, std::span<Def> defs);
void initCell(Cell& cell, Compose& c, Type* type, const Loc* loc, std::span<Def> defs);
// Computes `final`; Null, or the error.
Value finalize(Cell& cell);
// The priority of what `finalize` keeps. It is known without looking into the values mkOverride is around.
Value priorityOf(Cell& cell);
// Whether any definition holds: Bool, unknown or an error.
Value isDefined(Cell& cell);
// The merged value, computed on the spot; cell.merged is the thunk around it.
Value mergeCell(Cell& cell);
// mergeCell for definitions that are final.
Value mergeFinal(Compose& c, Type* type, const Loc* loc, std::span<Def> defs);
inline Value mergedThunk(Cell& cell) { return Value::of(&cell.merged); }
void initThunk(const Evaluator& ev, Thunk& thunk, Thunk::Native native, void* data);

}  // namespace fleetd::compose
