// See value_meta.hpp.
#include "kernel/compose/value_meta.hpp"

#include <vector>

#include "kernel/compose/compose.hpp"
#include "kernel/compose/elements.hpp"
#include "kernel/compose/submodule.hpp"
#include "kernel/compose/type_checked.hpp"
#include "kernel/compose/type_set.hpp"

namespace fleetd::compose {

namespace {

Value emptySet(Compose& c) { return Value::of(c.ev.newBindings(0)); }

Value metaOfElements(Type* type, const Loc* loc, std::span<Def> defs) {
  Compose& c = *type->c;
  std::vector<Element> elements;
  const Value error = elementCells(type, loc, defs, &elements);
  if (error.isError()) return error;
  if (type->kind == Kind::ListOf) {
    std::vector<Value> metas;
    for (const Element& element : elements) metas.push_back(metaThunk(*element.cell));
    return c.ev.attrs({{"list", c.ev.list(metas)}});
  }
  std::vector<Attr> metas;
  for (const Element& element : elements) metas.push_back({element.name, 0, metaThunk(*element.cell)});
  return c.ev.attrs({{"attrs", c.ev.attrs(metas)}});
}

Value metaOfAttrList(Type* type, const Loc* loc, std::span<Def> defs) {
  Compose& c = *type->c;
  std::vector<AttrListElement> elements;
  const Value error = attrListCells(type, loc, defs, &elements);
  if (error.isError()) return error;
  std::vector<Value> metas, definitions;
  for (const AttrListElement& element : elements) {
    metas.push_back(metaThunk(*element.cell));
    const Value item = attrListValue(c, {&element, 1});
    definitions.push_back(c.ev.attrs({{"_type", Value::text("definition")},
                                      {"file", c.fileValue(element.file)},
                                      {"value", makeOrder(c, Value::of(element.order), item.elements[0])}}));
  }
  return c.ev.attrs({{"attrList", c.ev.list(metas)},
                     {"attrListValue", attrListValue(c, elements)},
                     {"definitions", c.ev.list(definitions)}});
}

Value metaOfSubmodule(Type* type, const Loc* loc, std::span<Def> defs) {
  Value error;
  const Value configuration = submoduleResult(type, loc, defs, &error);
  return error.isError() ? error : type->c->ev.attrs({{"configuration", configuration}});
}

Value metaOfCell(Evaluator& ev, void* data) {
  Cell& cell = *static_cast<Cell*>(data);
  Value error = finalize(cell);
  if (error.isError()) return error;
  const bool v2 = isV2(cell.type, &error);
  if (error.isError() || !v2) return error.isError() ? error : emptySet(*cell.c);
  const Value internal = ev.attrs({{"_internal", ev.attrs({{"type", typeValue(cell.type)}})}});
  const Value own = valueMeta(cell.type, cell.loc, cell.final);
  return own.isError() ? own : ev.update(own, internal, 0);
}

// Only merges of version 2 report errors of type here; others do when the value is asked for.
Value headErrorOf(Evaluator& ev, void* data) {
  Cell& cell = *static_cast<Cell*>(data);
  Value error = finalize(cell);
  if (error.isError()) return error;
  const bool v2 = isV2(cell.type, &error);
  if (error.isError() || !v2) return error;
  Value head;
  const Value unused = checkedValue(cell.type, cell.loc, cell.final, false, &head);
  if (unused.isError()) return unused;
  return head.is(Tag::String) ? ev.attrs({{"message", head}}) : head;
}

}  // namespace

Value valueMeta(Type* type, const Loc* loc, std::span<Def> defs) {
  Compose& c = *type->c;
  switch (type->kind) {
    case Kind::ListOf:
    case Kind::AttrsWith: return metaOfElements(type, loc, defs);
    case Kind::AttrListOf: return metaOfAttrList(type, loc, defs);
    case Kind::Submodule: return metaOfSubmodule(type, loc, defs);
    default: break;
  }
  // The others hand on what the type they chose has to tell.
  Value error;
  std::span<Def> inner;
  Type* chosen = delegateOf(type, loc, defs, &inner, &error);
  if (error.isError()) return error;
  if (chosen) {
    const bool v2 = isV2(chosen, &error);
    if (error.isError()) return error;
    return v2 ? valueMeta(chosen, loc, inner) : emptySet(c);
  }
  if (type->kind != Kind::Custom) return emptySet(c);
  const Value meta = c.ev.selectOr(customResult(type, loc, defs), c.symbol("valueMeta"), emptySet(c), 0);
  return meta;
}

Value metaThunk(Cell& cell) { return cell.c->ev.nativeThunk(metaOfCell, &cell); }

Value checkedAndMerged(Cell& cell) {
  Evaluator& ev = cell.c->ev;
  return ev.attrs({{"headError", ev.nativeThunk(headErrorOf, &cell)},
                   {"value", mergedThunk(cell)},
                   {"valueMeta", metaThunk(cell)}});
}

}  // namespace fleetd::compose
