// Natives that follow paths of names into sets, and the deep update.
#include "kernel/lang/lib/natives.hpp"

namespace fleetd::lang::lib {

namespace {

using namespace prims;

const PrimOp* self(std::string_view name) { return findNative("attrsets", name); }

// What is left of a path after `used` components.
Value rest(Value path, std::size_t used) { return Value::list(path.list().subspan(used)); }

Value lazyPrimOf(Evaluator& ev, const PrimOp* prim, std::initializer_list<Value> args, Pos pos) {
  return lazyPrim(ev, prim, std::span<const Value>(args.begin(), args.size()), pos);
}

// The next component. False: *out is what to return.
bool wantName(Evaluator& ev, Value path, std::size_t i, Symbol* name, Value* out) {
  Value component = path.list()[i];
  if (!wantPlainString(ev, component, out)) return false;
  *name = ev.symbol(component.string());
  return true;
}

Value attrByPath(Evaluator& ev, Value* args, Pos pos) {
  Value out;
  if (!wantList(ev, args[0], &out)) return out;
  const std::size_t length = args[0].aux;
  Value set = args[2];
  for (std::size_t i = 0; i < length; ++i) {
    Symbol name;
    if (!wantName(ev, args[0], i, &name, &out)) return out;
    set = ev.force(set);
    if (set.isError()) return set;
    if (set.isUnknown() && i + 1 == length) return ev.selectOr(set, name, args[1], pos);
    const Value has = ev.hasAttr(set, name, pos);
    if (has.isError()) return has;
    if (has.isFalse()) return ev.force(args[1]);
    const Value inner = set.is(Tag::Attrs) ? set.attrs->find(name)->value : lazySelect(ev, set, name, pos);
    if (has.isUnknown())
      return unknownIf(ev, has, lazyPrimOf(ev, self("attrByPath"), {rest(args[0], i + 1), args[1], inner}, pos),
                       args[1], pos);
    set = inner;
  }
  return ev.force(set);
}

Value hasAttrByPath(Evaluator& ev, Value* args, Pos pos) {
  Value out;
  if (!wantList(ev, args[0], &out)) return out;
  const std::size_t length = args[0].aux;
  Value set = args[1];
  for (std::size_t i = 0; i < length; ++i) {
    Symbol name;
    if (!wantName(ev, args[0], i, &name, &out)) return out;
    set = ev.force(set);
    if (set.isError()) return set;
    const Value has = ev.hasAttr(set, name, pos);
    if (!has.isTrue()) {
      if (!has.isUnknown() || i + 1 == length) return has;
      const Value inner = lazySelect(ev, set, name, pos);
      return ev.unknownBinary(BinaryOp::And, has,
                              lazyPrimOf(ev, self("hasAttrByPath"), {rest(args[0], i + 1), inner}, pos), pos);
    }
    set = set.is(Tag::Attrs) ? set.attrs->find(name)->value : lazySelect(ev, set, name, pos);
  }
  return Value::of(true);
}

Value setAttrByPath(Evaluator& ev, Value* args, Pos pos) {
  Value out;
  if (!wantList(ev, args[0], &out)) return out;
  if (args[0].aux == 0) return ev.force(args[1]);
  const Value inner =
      args[0].aux == 1 ? args[1] : lazyPrimOf(ev, self("setAttrByPath"), {rest(args[0], 1), args[1]}, pos);
  Value name = args[0].list()[0];
  if (!wantPlainString(ev, name, &out)) {
    if (!out.isStuck()) return out;
    const Value parts[] = {Value::of(ev.newBindings(0)), name, inner};
    return ev.unknown(UnknownOp::Attrs, parts, pos);
  }
  Bindings* set = ev.newBindings(1);
  set->items[0] = {ev.symbol(name.string()), pos, inner};
  return Value::of(set);
}

// --- recursiveUpdate ---

// What the update makes of two values under the same name: the deep update of two sets, else the right one.
Value mergeValues(Evaluator& ev, Value* args, Pos pos);
// Shown to people under the path of the function it belongs to; unlike that one it may return anything.
constexpr PrimOp kMergeValues{"lib.attrsets.recursiveUpdate", 2, mergeValues, ""};

// The value of `right.name` over `left.name`, when it is known which of them there are.
Value mergedAttr(Evaluator& ev, Value left, Value right, Pos pos) {
  return lazyPrimOf(ev, &kMergeValues, {left, right}, pos);
}

// Over an unknown left side: the right side's names are certain, its sets may be merged with what is there.
Value updateUnknownLeft(Evaluator& ev, Value left, const Bindings& right, Pos pos) {
  Bindings* over = ev.newBindings(right.size);
  for (std::uint32_t i = 0; i < right.size; ++i) {
    const Attr& attr = right.items[i];
    const auto known = peek(ev, attr.value);
    const bool plain = known && !known->is(Tag::Attrs) && !known->isUnknown();
    const Value below = ev.nativeThunk(
        [](Evaluator& inner, void* raw) {
          auto* v = static_cast<std::pair<Value, Attr>*>(raw);
          return inner.selectOr(v->first, v->second.name, Value::null(), v->second.pos);
        },
        ev.arena().make<std::pair<Value, Attr>>(left, attr));
    over->items[i] = {attr.name, attr.pos, plain ? attr.value : mergedAttr(ev, below, attr.value, pos)};
  }
  return ev.update(left, Value::of(over), pos);
}

// With an unknown right side: the left side's names are certain, their values may be replaced or merged.
Value updateUnknownRight(Evaluator& ev, const Bindings& left, Value right, Pos pos) {
  struct Both {
    Value right;
    Attr left;
    Pos pos;
  };
  Bindings* over = ev.newBindings(left.size);
  std::vector<Value> names;
  for (std::uint32_t i = 0; i < left.size; ++i) {
    const Attr& attr = left.items[i];
    names.push_back(Value::text(ev.text(attr.name)));
    const Value value = ev.nativeThunk(
        [](Evaluator& inner, void* raw) {
          auto* both = static_cast<Both*>(raw);
          const Value has = inner.hasAttr(both->right, both->left.name, both->pos);
          if (has.isError()) return has;
          const Value merged = mergedAttr(inner, both->left.value,
                                          lazySelect(inner, both->right, both->left.name, both->pos), both->pos);
          return choose(inner, has, merged, both->left.value, both->pos);
        },
        ev.arena().make<Both>(Both{right, attr, pos}));
    over->items[i] = {attr.name, attr.pos, value};
  }
  const Value others = applyPrim(ev, findPrim("removeAttrs"), {right, ev.list(names)}, pos);
  return others.isError() ? others : ev.update(others, Value::of(over), pos);
}

Value updateSets(Evaluator& ev, Value left, Value right, Pos pos) {
  if (left.isUnknown() && right.isUnknown()) return Value::stuck();
  if (left.isUnknown()) return updateUnknownLeft(ev, left, *right.attrs, pos);
  if (right.isUnknown()) return updateUnknownRight(ev, *left.attrs, right, pos);
  const Bindings &a = *left.attrs, &b = *right.attrs;
  Bindings* out = ev.newBindings(a.size + b.size);
  out->size = 0;
  std::uint32_t i = 0, k = 0;
  while (i < a.size || k < b.size) {
    if (k == b.size || (i < a.size && a.items[i].name < b.items[k].name))
      out->items[out->size++] = a.items[i++];
    else if (i == a.size || b.items[k].name < a.items[i].name)
      out->items[out->size++] = b.items[k++];
    else {
      out->items[out->size++] = {b.items[k].name, b.items[k].pos,
                                 mergedAttr(ev, a.items[i].value, b.items[k].value, pos)};
      ++i;
      ++k;
    }
  }
  return Value::of(out);
}

Value mergeValues(Evaluator& ev, Value* args, Pos pos) {
  const Value right = args[1] = ev.force(args[1]);
  if (right.isError()) {
    // `isAttrs left && isAttrs right` asks the left side first.
    const Value left = ev.force(args[0]);
    return left.isError() ? left : right;
  }
  if (!right.is(Tag::Attrs) && !right.isUnknown()) {
    const Value left = ev.force(args[0]);
    return left.isError() ? left : right;
  }
  const Value left = args[0] = ev.force(args[0]);
  if (left.isError()) return left;
  if (!left.is(Tag::Attrs) && !left.isUnknown()) return right;
  if (left.is(Tag::Attrs) && right.is(Tag::Attrs)) return updateSets(ev, left, right, pos);
  // One of them may turn out to be no set.
  const Value unclear = left.isUnknown() ? left : right;
  if (possibleKinds(ev, unclear) == kind::Set) return updateSets(ev, left, right, pos);
  return Value::stuck();
}

Value recursiveUpdate(Evaluator& ev, Value* args, Pos pos) {
  for (int i = 1; i >= 0; --i) {
    args[i] = ev.force(args[i]);
    if (args[i].isError()) return args[i];
    if (!args[i].is(Tag::Attrs) && !args[i].isUnknown()) return ev.typeError("a set", args[i], 0);
  }
  return updateSets(ev, args[0], args[1], pos);
}

constexpr PrimOp kPrims[] = {
    {"lib.attrByPath", 3, attrByPath, "the value at a path, or a default"},
    {"lib.hasAttrByPath", 2, hasAttrByPath, "whether there is a value at a path"},
    {"lib.setAttrByPath", 2, setAttrByPath, "nested sets with one value at a path"},
    {"lib.recursiveUpdate", 2, recursiveUpdate, "two sets joined at every level, the second one winning"},
};

}  // namespace

std::span<const PrimOp> attrPathNatives() { return kPrims; }

}  // namespace fleetd::lang::lib
