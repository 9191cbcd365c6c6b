// Merging attribute lists: lists of sets with one name, ordered and overridden item by item.
#include <algorithm>
#include <vector>

#include "kernel/compose/compose.hpp"
#include "kernel/compose/elements.hpp"
#include "kernel/compose/errors.hpp"
#include "kernel/compose/merge.hpp"
#include "kernel/compose/pretty.hpp"
#include "kernel/compose/priority.hpp"

namespace fleetd::compose {

namespace {

// An item of an attribute list: one name with one value, freed of the properties that order and override it.
struct Item {
  Symbol name;
  Value value;
  File* file;
  std::int64_t order = kDefaultOrder;
  std::int64_t priority = kDefaultPriority;
  bool hasOrder = false;  // of a mkOrder outside of all mkOverride
  bool hidden = false;    // `value` is what a mkOverride has around it, not looked into yet
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

  // Keeps, per name, the items of the strongest priority, in order. What loses is not looked into.
  Value choose() {
    std::vector<Item> kept;
    for (const Item& item : items_) {
      std::int64_t best = kDefaultPriority;
      for (const Item& other : items_)
        if (other.name == item.name) best = std::min(best, other.priority);
      if (item.priority == best) kept.push_back(item);
    }
    for (Item& item : kept) {
      const Value error = uncover(item);
      if (error.isError()) return error;
    }
    std::stable_sort(kept.begin(), kept.end(), [](const Item& a, const Item& b) { return a.order < b.order; });
    items_ = std::move(kept);
    return {};
  }

  Value cells(Type* elem, std::vector<AttrListElement>* out) {
    for (const Item& item : items_) {
      Cell* cell = newCell(c_, elem, c_.loc(loc_, item.name), oneDef(c_, item.value, item.file, 0));
      const Value defined = isDefined(*cell);
      if (defined.isError()) return defined;
      if (!defined.isFalse()) out->push_back({item.name, cell, item.file, item.order});
    }
    return {};
  }

 private:
  Value number(Value set, std::int64_t* out) {
    const Value v = c_.ev.select(set, c_.common.priority, 0);
    if (!v.is(Tag::Int)) return v.isError() ? v : c_.ev.typeError("an integer", v, 0);
    *out = v.integer;
    return {};
  }

  // Looks through mkOrder up to the value or to the first mkOverride, whose content stays unforced: a value that
  // loses is not looked into.
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
    const Attr* content = v.attrs->find(c_.common.content);
    if (!content) return c_.ev.select(v, c_.common.content, 0);
    if (property == Property::Override) {
      item.priority = priority;
      item.hidden = true;
      item.value = content->value;
      return {};
    }
    error = peel(content->value, item);
    item.order = priority;
    item.hasOrder = true;
    return error;
  }

  // The value of a chosen item: free of mkOrder, its override around it for the element's own merge.
  Value uncover(Item& item) {
    if (!item.hidden) return {};
    Item inner{item.name, {}, item.file};
    Value error = peel(item.value, inner);
    if (!error.isError()) error = uncover(inner);
    if (error.isError()) return error;
    if (!item.hasOrder) item.order = inner.order;
    item.hidden = false;
    item.value = makeOverride(c_, Value::of(item.priority), inner.value);
    return {};
  }

  Value fromSet(const Def& def, Value set) {
    if (!set.is(Tag::Attrs)) return (set.isError() ? set : c_.ev.typeError("a set", set, 0));
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
      if (ordered) {
        error = number(raw, &item.order);
        item.hasOrder = true;
      }
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

Value attrListCells(Type* type, const Loc* loc, std::span<Def> defs, std::vector<AttrListElement>* out) {
  Value error;
  Type* elem = elemOf(type, &error);
  if (!elem) return error;
  AttrList list(type, loc);
  error = list.collect(defs);
  if (!error.isError()) error = list.choose();
  return error.isError() ? error : list.cells(elem, out);
}

Value attrListValue(Compose& c, std::span<const AttrListElement> elements) {
  std::vector<Value> out;
  for (const AttrListElement& element : elements) {
    Bindings* set = c.ev.newBindings(1);
    set->items[0] = {element.name, 0, mergedThunk(*element.cell)};
    out.push_back(Value::of(set));
  }
  return c.ev.list(out);
}

Value mergeAttrList(Type* type, const Loc* loc, std::span<Def> defs) {
  Compose& c = *type->c;
  std::vector<AttrListElement> elements;
  const Value error = attrListCells(type, loc, defs, &elements);
  if (error.isError()) return error;
  const Value list = attrListValue(c, elements);
  if (!type->asAttrs) return list;
  return c.ev.call(c.ev.select(c.ev.builtins(), c.symbol("zipAttrsWith"), 0), {type->extra, list}, 0);
}

}  // namespace fleetd::compose
