// Merging lists and sets of values: every element goes through a merge of its own.
#include <algorithm>
#include <vector>

#include "kernel/compose/compose.hpp"
#include "kernel/compose/elements.hpp"
#include "kernel/compose/errors.hpp"
#include "kernel/compose/knowledge.hpp"
#include "kernel/compose/merge.hpp"
#include "kernel/compose/pretty.hpp"
#include "kernel/compose/small_vector.hpp"

namespace fleetd::compose {

std::span<Def> oneDef(Compose& c, Value value, File* file, Pos pos) {
  Def* def = c.ev.arena().array<Def>(1);
  def->value = value;
  def->file = file;
  def->pos = pos;
  return {def, 1};
}

namespace {

Value wrongTag(Compose& c, std::string_view wanted, Value v) { return v.isError() ? v : c.ev.typeError(wanted, v, 0); }

// Whether a value, forced, is no property and so stands for itself.
bool isPlain(Compose& c, Value v) { return !v.is(Tag::Attrs) || !v.attrs->find(c.common.type); }

// One element of a list definition; false when conditions leave nothing of it. *out is the value or a thunk, *error an
// error.
bool mergeElement(Type* elem, const Loc* loc, const Def& def, Value raw, std::uint32_t n, std::uint32_t m, Value* out,
                  Value* error) {
  Compose& c = *elem->c;
  const Value v = c.ev.force(raw);
  if (v.isError()) {
    *error = inDefinition(c, v, def.file);
    return false;
  }
  if (isPlain(c, v) && mergesAtOnce(elem, v, out)) return true;
  Cell* cell = newCell(c, elem, c.entryLoc(loc, n, m), oneDef(c, v, def.file, def.pos));
  const Value defined = isDefined(*cell);
  if (defined.isError()) {
    *error = defined;
    return false;
  }
  *out = mergedThunk(*cell);
  return !defined.isFalse();
}

}  // namespace

Value mergeList(Type* type, const Loc* loc, std::span<Def> defs) {
  Compose& c = *type->c;
  Value error;
  Type* elem = elemOf(type, &error);
  if (!elem) return error;
  SmallVector<Value, 32> out;
  for (std::uint32_t n = 0; n < defs.size(); ++n) {
    const Value list = c.ev.force(defs[n].value);
    if (!list.is(Tag::List)) return wrongTag(c, "a list", list);
    for (std::uint32_t m = 0; m < list.aux; ++m) {
      Value merged;
      if (mergeElement(elem, loc, defs[n], list.elements[m], n + 1, m + 1, &merged, &error)) out.push(merged);
      if (error.isError()) return error;
    }
  }
  return c.ev.list(out.span());
}

namespace {

struct Entry {
  Symbol name;
  std::uint32_t def;
  Pos pos;
  Value value;
};

// The attributes of all definitions, grouped by name, in the order of the definitions.
Value collectEntries(Compose& c, std::span<Def> defs, SmallVector<Entry, 32>& out) {
  for (std::uint32_t n = 0; n < defs.size(); ++n) {
    const Value set = c.ev.force(defs[n].value);
    if (!set.is(Tag::Attrs)) return wrongTag(c, "a set", set);
    for (const Attr& attr : *set.attrs) out.push({attr.name, n, attr.pos, attr.value});
  }
  if (defs.size() > 1)
    std::stable_sort(out.begin(), out.end(), [](const Entry& a, const Entry& b) { return a.name < b.name; });
  return {};
}

struct LazyEntry {
  Cell* cell;
  Type* elem;
};

// An entry of lazyAttrsOf: its merged value, else the empty value of its type, else the error that it has none.
Value lazyEntry(Evaluator&, void* data) {
  auto* entry = static_cast<LazyEntry*>(data);
  Cell& cell = *entry->cell;
  const Value defined = isDefined(cell);
  if (defined.isError()) return defined;
  if (defined.isFalse()) {
    const Value empty = emptyValue(entry->elem);
    if (!empty.isStuck()) return empty;
  }
  return cell.c->ev.force(mergedThunk(cell));
}

std::span<Def> entryDefs(Compose& c, std::span<const Entry> group, std::span<Def> defs) {
  Def* out = c.ev.arena().array<Def>(group.size());
  for (std::size_t i = 0; i < group.size(); ++i) {
    out[i].value = group[i].value;
    out[i].file = defs[group[i].def].file;
    out[i].pos = group[i].pos;
  }
  return {out, group.size()};
}

// The value of one name; false when conditions leave nothing of it.
bool mergeEntry(Type* type, Type* elem, const Loc* loc, std::span<Entry> group, std::span<Def> defs, Value* out,
                Value* condition, Value* error) {
  Compose& c = *type->c;
  if (group.size() == 1 && !type->lazy) {
    const Value v = c.ev.force(group[0].value);
    if (v.isError()) {
      *error = inDefinition(c, v, defs[group[0].def].file);
      return false;
    }
    group[0].value = v;
    if (isPlain(c, v) && mergesAtOnce(elem, v, out)) return true;
  }
  Cell* cell = newCell(c, elem, c.loc(loc, group[0].name), entryDefs(c, group, defs));
  if (type->lazy) {
    *out = c.ev.nativeThunk(lazyEntry, c.ev.arena().make<LazyEntry>(LazyEntry{cell, elem}));
    return true;
  }
  const Value defined = isDefined(*cell);
  if (defined.isError()) {
    *error = defined;
    return false;
  }
  *out = mergedThunk(*cell);
  if (defined.isUnknown()) *condition = defined;
  return !defined.isFalse();
}

}  // namespace

Value mergeAttrs(Type* type, const Loc* loc, std::span<Def> defs) {
  Compose& c = *type->c;
  Value error;
  Type* elem = elemOf(type, &error);
  if (!elem) return error;
  SmallVector<Entry, 32> entries;
  error = collectEntries(c, defs, entries);
  if (error.isError()) return error;
  SmallVector<Attr, 32> out;
  SmallVector<MaybeEntry, 4> maybe;
  for (std::size_t begin = 0; begin < entries.size();) {
    std::size_t end = begin + 1;
    while (end < entries.size() && entries[end].name == entries[begin].name) ++end;
    Value merged, condition;
    const bool there =
        mergeEntry(type, elem, loc, entries.span().subspan(begin, end - begin), defs, &merged, &condition, &error);
    if (error.isError()) return error;
    const Attr attr{entries[begin].name, entries[begin].pos, merged};
    if (there && condition.is(Tag::Null))
      out.push(attr);
    else if (there)
      maybe.push({attr, condition});
    begin = end;
  }
  Bindings* set = c.ev.newBindings(static_cast<std::uint32_t>(out.size()));
  std::copy(out.begin(), out.end(), set->items);
  return maybe.empty() ? Value::of(set) : withMaybeEntries(c, Value::of(set), maybe.span());
}

Value elementCells(Type* type, const Loc* loc, std::span<Def> defs, std::vector<Element>* out) {
  Compose& c = *type->c;
  Value error;
  Type* elem = elemOf(type, &error);
  if (!elem) return error;
  const auto keep = [&](Symbol name, Cell* cell) {
    const Value defined = type->lazy ? Value::of(true) : isDefined(*cell);
    if (!defined.isError() && !defined.isFalse()) out->push_back({name, cell});
    return defined.isError() ? defined : Value();
  };
  if (type->kind == Kind::ListOf) {
    for (std::uint32_t n = 0; n < defs.size(); ++n) {
      const Value list = c.ev.force(defs[n].value);
      if (!list.is(Tag::List)) return wrongTag(c, "a list", list);
      for (std::uint32_t m = 0; m < list.aux; ++m) {
        const auto only = oneDef(c, list.elements[m], defs[n].file, defs[n].pos);
        error = keep({}, newCell(c, elem, c.entryLoc(loc, n + 1, m + 1), only));
        if (error.isError()) return error;
      }
    }
    return {};
  }
  SmallVector<Entry, 32> entries;
  error = collectEntries(c, defs, entries);
  if (error.isError()) return error;
  for (std::size_t begin = 0, end = 0; begin < entries.size(); begin = end) {
    for (end = begin + 1; end < entries.size() && entries[end].name == entries[begin].name;) ++end;
    const auto group = entryDefs(c, entries.span().subspan(begin, end - begin), defs);
    error = keep(entries[begin].name, newCell(c, elem, c.loc(loc, entries[begin].name), group));
    if (error.isError()) return error;
  }
  return {};
}

}  // namespace fleetd::compose
