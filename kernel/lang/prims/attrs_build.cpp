// Builtins that collect lists into sets and back: listToAttrs catAttrs zipAttrsWith.
#include <map>

#include "kernel/lang/prims/support.hpp"

namespace fleetd::lang {

namespace {

using namespace prims;

// Gathers { name, value } items into set pieces. Earlier items win, so the pieces are joined last one first.
class NameValues {
 public:
  NameValues(Evaluator& ev, Pos pos) : ev_(ev), pos_(pos) {}

  // False: `result` is what to return.
  bool add(Value item) {
    item = ev_.force(item);
    if (item.isUnknown()) return addUnknown(item);
    Value name, value;
    if (!wantAttrs(ev_, item, &result) || !wantAttr(ev_, *item.attrs, ev_.names().name, &name, &result)) return false;
    name = ev_.force(name);
    if (!name.isUnknown() && !wantPlainString(ev_, name, &result)) return false;
    const Attr* place = item.attrs->find(ev_.names().value);
    if (name.isUnknown()) {
      if (!place) return fail(missingAttr(ev_, ev_.names().value));
      addOpen(name, place->value);
      return true;
    }
    const Symbol symbol = ev_.symbol(name.string());
    if (run_.contains(symbol)) return true;
    if (!place) return fail(missingAttr(ev_, ev_.names().value));
    run_.emplace(symbol, Attr{symbol, place->pos, place->value});
    return true;
  }

  void addPiece(Value set) {
    flush();
    pieces_.push_back(set);
  }

  Value finish() {
    flush();
    return joinSets(ev_, std::vector<Value>(pieces_.rbegin(), pieces_.rend()), pos_);
  }

  Value result;

 private:
  bool fail(Value error) {
    result = error;
    return false;
  }

  bool addUnknown(Value item) {
    const Value name = ev_.select(item, ev_.names().name, pos_);
    if (name.isError()) return fail(name);
    const Value value = lazySelect(ev_, item, ev_.names().value, pos_);
    if (name.is(Tag::String)) {
      const Symbol symbol = ev_.symbol(name.string());
      run_.try_emplace(symbol, Attr{symbol, 0, value});
    } else {
      addOpen(name, value);
    }
    return true;
  }

  void addOpen(Value name, Value value) {
    const Value parts[] = {Value::of(ev_.newBindings(0)), name, value};
    addPiece(ev_.unknown(UnknownOp::Attrs, parts, pos_));
  }

  void flush() {
    if (run_.empty()) return;
    Bindings* set = ev_.newBindings(static_cast<std::uint32_t>(run_.size()));
    std::uint32_t i = 0;
    for (const auto& [name, attr] : run_) set->items[i++] = attr;
    set->pos = pos_;
    pieces_.push_back(Value::of(set));
    run_.clear();
  }

  Evaluator& ev_;
  Pos pos_;
  std::map<Symbol, Attr> run_;
  std::vector<Value> pieces_;
};

Value listToAttrs(Evaluator& ev, Value* args, Pos pos) {
  Value out;
  std::vector<Value> pieces;
  args[0] = ev.force(args[0]);
  if (!listPieces(ev, args[0], &pieces, &out)) return out;
  const PrimOp* self = findPrim("listToAttrs");
  NameValues set(ev, pos);
  for (const Value& piece : pieces) {
    if (piece.isUnknown()) {
      const auto moved = distribute(ev, self, std::span(&piece, 1), 0, pos);
      if (!moved && pieces.size() == 1) return Value::stuck();
      set.addPiece(moved ? *moved : ev.unknownPrim(self, std::span(&piece, 1), pos));
      continue;
    }
    for (const Value& item : piece.list())
      if (!set.add(item)) return set.result;
  }
  return set.finish();
}

Value catAttrs(Evaluator& ev, Value* args, Pos pos) {
  Value out;
  if (!wantPlainString(ev, args[0], &out)) return out;
  const Symbol name = ev.symbol(args[0].string());
  std::vector<Value> pieces;
  args[1] = ev.force(args[1]);
  if (!listPieces(ev, args[1], &pieces, &out)) return out;
  const PrimOp* self = findPrim("catAttrs");
  ListBuilder list(ev);
  for (const Value& piece : pieces) {
    if (piece.isUnknown()) {
      const Value operands[] = {args[0], piece};
      const auto moved = distribute(ev, self, operands, 1, pos);
      if (!moved && pieces.size() == 1) return Value::stuck();
      list.addPiece(moved ? *moved : ev.unknownPrim(self, operands, pos));
      continue;
    }
    for (Value element : piece.list()) {
      element = ev.force(element);
      if (!element.isUnknown() && !wantAttrs(ev, element, &out)) return out;
      const Value present = ev.hasAttr(element, name, pos);
      if (present.isError()) return present;
      if (present.isFalse()) continue;
      const Value value =
          element.is(Tag::Attrs) ? element.attrs->find(name)->value : lazySelect(ev, element, name, pos);
      if (present.isTrue())
        list.add(value);
      else
        list.addPiece(unknownIf(ev, present, ev.list(std::span(&value, 1)), Value::list({}), pos));
    }
  }
  return list.finish(pos);
}

Value zipAttrsWith(Evaluator& ev, Value* args, Pos pos) {
  Value out;
  std::vector<Value> pieces;
  args[1] = ev.force(args[1]);
  if (!listPieces(ev, args[1], &pieces, &out)) return out;
  if (!allKnown(pieces)) return Value::stuck();
  std::map<Symbol, std::vector<Value>> found;
  for (Value element : elementsOf(pieces)) {
    if (!wantAttrs(ev, element, &out)) return out;
    for (const Attr& attr : *element.attrs) found[attr.name].push_back(attr.value);
  }
  Bindings* set = ev.newBindings(static_cast<std::uint32_t>(found.size()));
  std::uint32_t i = 0;
  for (const auto& [name, values] : found)
    set->items[i++] = {name, 0, ev.lazyCall(args[0], {Value::text(ev.text(name)), ev.list(values)}, pos)};
  return Value::of(set);
}

constexpr PrimOp kPrims[] = {
    {"listToAttrs", 1, listToAttrs, "a set of the names and values in a list"},
    {"catAttrs", 2, catAttrs, "an attribute of every set in a list that has it"},
    {"zipAttrsWith", 2, zipAttrsWith, "merges a list of sets with a function of a name and its values"},
};

}  // namespace

std::span<const PrimOp> attrBuildPrims() { return kPrims; }

}  // namespace fleetd::lang
