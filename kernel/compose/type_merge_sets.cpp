// Merging lists, sets of values, attribute lists: every element goes through a merge of its own.
#include <algorithm>
#include <vector>

#include "kernel/compose/compose.hpp"
#include "kernel/compose/errors.hpp"
#include "kernel/compose/knowledge.hpp"
#include "kernel/compose/merge.hpp"
#include "kernel/compose/pretty.hpp"
#include "kernel/compose/small_vector.hpp"

namespace fleetd::compose {

namespace {

Value wrongTag(Compose& c, std::string_view wanted, Value v) { return v.isError() ? v : c.ev.typeError(wanted, v, 0); }

// Whether a value, forced, is no property and so stands for itself.
bool isPlain(Compose& c, Value v) { return !v.is(Tag::Attrs) || !v.attrs->find(c.common.type); }

std::span<Def> single(Compose& c, Value value, File* file, Pos pos) {
  Def* def = c.ev.arena().array<Def>(1);
  def->value = value;
  def->file = file;
  def->pos = pos;
  return {def, 1};
}

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
  Cell* cell = newCell(c, elem, c.entryLoc(loc, n, m), single(c, v, def.file, def.pos));
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

namespace {

// An item of an attribute list: one name with one value, freed of the properties that order and override it.
struct Item {
  Symbol name;
  Value value;
  File* file;
  std::int64_t order = kDefaultOrder;
  std::int64_t priority = kDefaultPriority;
};

class AttrList {
 public:
  AttrList(Type* type, const Loc* loc) : type_(type), c_(*type->c), loc_(loc) {}

  Value collect(std::span<Def> defs) {
    for (const Def& def : defs) {
      const Value v = c_.ev.force(def.value);
      if (v.isError()) return v;
      const Value error = v.is(Tag::List) ? fromList(def, v) : fromSet(def, v);
      if (error.isError()) return error;
    }
    return {};
  }

  // Keeps, per name, the items of the strongest priority, in order.
  void choose() {
    std::vector<Item> kept;
    for (const Item& item : items_) {
      std::int64_t best = kDefaultPriority;
      for (const Item& other : items_)
        if (other.name == item.name) best = std::min(best, other.priority);
      if (item.priority == best) kept.push_back(item);
    }
    std::stable_sort(kept.begin(), kept.end(), [](const Item& a, const Item& b) { return a.order < b.order; });
    items_ = std::move(kept);
  }

  Value merge(Type* elem) {
    std::vector<Value> out;
    for (const Item& item : items_) {
      Cell* cell = newCell(c_, elem, c_.loc(loc_, item.name), single(c_, item.value, item.file, 0));
      const Value defined = isDefined(*cell);
      if (defined.isError()) return defined;
      if (defined.isFalse()) continue;
      const Attr attr{item.name, 0, mergedThunk(*cell)};
      Bindings* set = c_.ev.newBindings(1);
      set->items[0] = attr;
      out.push_back(Value::of(set));
    }
    const Value list = c_.ev.list(out);
    if (!type_->asAttrs) return list;
    return c_.ev.call(c_.ev.select(c_.ev.builtins(), c_.symbol("zipAttrsWith"), 0), {type_->extra, list}, 0);
  }

 private:
  Value number(Value set, std::int64_t* out) {
    const Value v = c_.ev.select(set, c_.common.priority, 0);
    if (!v.is(Tag::Int)) return v.isError() ? v : c_.ev.typeError("an integer", v, 0);
    *out = v.integer;
    return {};
  }

  // Looks through mkOrder and mkOverride; an override stays around the value for the element's own merge.
  Value peel(Value v, Item& item) {
    v = c_.ev.force(v);
    Value error;
    const Property property = propertyOf(c_, v, &error);
    if (v.isError() || error.isError()) return v.isError() ? v : error;
    item.value = v;
    if (property != Property::Order && property != Property::Override) return {};
    std::int64_t priority = 0;
    error = number(v, &priority);
    if (error.isError()) return error;
    error = peel(c_.ev.select(v, c_.common.content, 0), item);
    if (error.isError()) return error;
    if (property == Property::Order) {
      item.order = priority;
    } else {
      item.priority = priority;
      item.value = makeOverride(c_, Value::of(priority), item.value);
    }
    return {};
  }

  Value fromSet(const Def& def, Value set) {
    if (!set.is(Tag::Attrs)) return wrongTag(c_, "a set", set);
    for (const Attr* attr : c_.ev.sortedByName(set.attrs)) {
      Item item{attr->name, {}, def.file};
      const Value error = peel(attr->value, item);
      if (error.isError()) return error;
      items_.push_back(item);
    }
    return {};
  }

  Value fromList(const Def& def, Value list) {
    for (Value raw : list.list()) {
      raw = c_.ev.force(raw);
      Value error;
      const bool ordered = propertyOf(c_, raw, &error) == Property::Order;
      if (raw.isError() || error.isError()) return raw.isError() ? raw : error;
      const Value set = ordered ? c_.ev.select(raw, c_.common.content, 0) : raw;
      if (set.isError()) return set;
      if (!set.is(Tag::Attrs) || set.attrs->size != 1) return badItem(def, raw, set);
      Item item{set.attrs->items[0].name, {}, def.file};
      error = peel(set.attrs->items[0].value, item);
      if (error.isError()) return error;
      if (ordered) error = number(raw, &item.order);
      if (error.isError()) return error;
      items_.push_back(item);
    }
    return {};
  }

  Value badItem(const Def& def, Value raw, Value set) {
    const Value description = typeDescription(type_);
    if (description.isError()) return description;
    std::string text =
        fmt::format("A definition for option `{}' is not of type `{}'. ", showOption(c_, loc_), description.string());
    text += set.is(Tag::Attrs)
                ? fmt::format("Each list element must be a single-key attribute set, but got {} keys.", set.attrs->size)
                : fmt::format("Each list element must be an attribute set, but got {}.", valueKind(set));
    Def shown = def;
    shown.value = raw;
    const Value error = showDefs(c_, std::span<const Def>(&shown, 1), &text);
    return error.isError() ? error : c_.fail(loc_, text);
  }

  Type* type_;
  Compose& c_;
  const Loc* loc_;
  std::vector<Item> items_;
};

}  // namespace

Value mergeAttrList(Type* type, const Loc* loc, std::span<Def> defs) {
  Value error;
  Type* elem = elemOf(type, &error);
  if (!elem) return error;
  AttrList list(type, loc);
  error = list.collect(defs);
  if (error.isError()) return error;
  list.choose();
  return list.merge(elem);
}

}  // namespace fleetd::compose
