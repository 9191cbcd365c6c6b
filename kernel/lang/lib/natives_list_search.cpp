// Natives that choose elements: optional optionals toList flatten unique remove subtractLists intersectLists
// findFirst.
#include <unordered_set>

#include "kernel/lang/lib/natives.hpp"

namespace fleetd::lang::lib {

namespace {

using namespace prims;

const PrimOp* self(std::string_view name) { return findNative("lists", name); }

Value optional(Evaluator& ev, Value* args, Pos pos) {
  return choose(ev, args[0], ev.list(std::span<const Value>(args + 1, 1)), Value::list({}), pos);
}

Value optionals(Evaluator& ev, Value* args, Pos pos) { return choose(ev, args[0], args[1], Value::list({}), pos); }

Value toList(Evaluator& ev, Value* args, Pos pos) {
  args[0] = ev.force(args[0]);
  if (args[0].isError() || args[0].is(Tag::List)) return args[0];
  if (!args[0].isUnknown()) return ev.list(std::span<const Value>(args, 1));
  const unsigned kinds = possibleKinds(ev, args[0]);
  if (kinds == kind::List) return args[0];
  if (!(kinds & kind::List)) return ev.list(std::span<const Value>(args, 1));
  const auto moved = distribute(ev, self("toList"), {args, 1}, 0, pos);
  return moved ? *moved : Value::stuck();
}

// Adds the elements of nested lists. False: *out is the error.
bool addFlat(Evaluator& ev, ListBuilder& list, Value v, Pos pos, Value* out) {
  v = ev.force(v);
  if (v.isError()) {
    *out = v;
    return false;
  }
  if (v.isUnknown()) {
    std::vector<Value> pieces;
    if (!(possibleKinds(ev, v) & kind::List)) {
      list.add(v);
    } else if (v.unknown->op == UnknownOp::Binary && v.unknown->binary == BinaryOp::Concat &&
               listPieces(ev, v, &pieces, out)) {
      for (const Value& piece : pieces)
        if (!addFlat(ev, list, piece, pos, out)) return false;
    } else {
      list.addPiece(residual(ev, self("flatten"), std::span<const Value>(&v, 1), 0, pos));
    }
    return true;
  }
  if (!v.is(Tag::List)) {
    list.add(v);
    return true;
  }
  if (!ev.enter(pos, out)) return false;
  bool ok = true;
  for (const Value& element : v.list()) ok = ok && addFlat(ev, list, element, pos, out);
  ev.leave();
  return ok;
}

Value flatten(Evaluator& ev, Value* args, Pos pos) {
  args[0] = ev.force(args[0]);
  if (args[0].isUnknown() &&
      !(args[0].unknown->op == UnknownOp::Binary && args[0].unknown->binary == BinaryOp::Concat)) {
    if (!(possibleKinds(ev, args[0]) & kind::List)) return ev.list(std::span<const Value>(args, 1));
    const auto moved = distribute(ev, self("flatten"), {args, 1}, 0, pos);
    return moved ? *moved : Value::stuck();
  }
  Value out;
  ListBuilder list(ev);
  return addFlat(ev, list, args[0], pos, &out) ? list.finish(pos) : out;
}

// Forces every element, as comparing each with the ones before does. False: *out is the error.
bool forceAll(Evaluator& ev, std::span<Value> list, bool* strings, Value* out) {
  *strings = true;
  for (Value& v : list) {
    v = ev.force(v);
    if (v.isError()) {
      *out = v;
      return false;
    }
    *strings = *strings && v.is(Tag::String);
  }
  return true;
}

Value unique(Evaluator& ev, Value* args, Pos pos) {
  Value out;
  if (!wantList(ev, args[0], &out)) return out;
  if (args[0].aux < 2) return args[0];
  std::vector<Value> elements(args[0].list().begin(), args[0].list().end());
  std::vector<Value> kept;
  bool strings = false;
  if (!forceAll(ev, elements, &strings, &out)) return out;
  if (strings) {
    std::unordered_set<std::string_view> seen;
    for (const Value& element : elements)
      if (seen.insert(element.string()).second) kept.push_back(element);
    return ev.list(kept);
  }
  for (const Value& element : elements) {
    bool found = false;
    for (std::size_t k = 0; k < kept.size() && !found; ++k) {
      const Value same = ev.equal(kept[k], element, pos);
      if (same.isError()) return same;
      if (same.isUnknown()) return Value::stuck();
      found = same.boolean();
    }
    if (!found) kept.push_back(element);
  }
  return ev.list(kept);
}

// Predicates for filter: partly applied to what they compare with.
Value differs(Evaluator& ev, Value* args, Pos pos) { return ev.binary(BinaryOp::Neq, args[1], args[0], pos); }
Value isIn(Evaluator& ev, Value* args, Pos pos) { return applyPrim(ev, findPrim("elem"), {args[1], args[0]}, pos); }
Value isNotIn(Evaluator& ev, Value* args, Pos pos) {
  const Value found = isIn(ev, args, pos);
  return found.isError() ? found : ev.binary(BinaryOp::Eq, found, Value::of(false), pos);
}
constexpr PrimOp kDiffers{"lib.remove", 2, differs, ""};
constexpr PrimOp kIsIn{"lib.intersectLists", 2, isIn, ""};
constexpr PrimOp kIsNotIn{"lib.subtractLists", 2, isNotIn, ""};

Value filtered(Evaluator& ev, const PrimOp* wanted, Value* args, Pos pos) {
  return applyPrim(ev, findPrim("filter"), {ev.primApp(wanted, {args[0]}), args[1]}, pos);
}

Value remove(Evaluator& ev, Value* args, Pos pos) { return filtered(ev, &kDiffers, args, pos); }
Value intersectLists(Evaluator& ev, Value* args, Pos pos) { return filtered(ev, &kIsIn, args, pos); }
Value subtractLists(Evaluator& ev, Value* args, Pos pos) { return filtered(ev, &kIsNotIn, args, pos); }

Value findFirst(Evaluator& ev, Value* args, Pos pos) {
  Value out;
  if (!wantList(ev, args[2], &out)) return out;
  const auto list = args[2].list();
  for (std::size_t i = 0; i < list.size(); ++i) {
    Value found = ev.call(args[0], list[i], pos);
    if (!wantTruth(ev, found, pos, &out)) return out;
    if (found.isTrue()) return ev.force(list[i]);
    if (found.isFalse()) continue;
    const Value rest[] = {args[0], args[1], Value::list(list.subspan(i + 1))};
    return unknownIf(ev, found, list[i], lazyPrim(ev, self("findFirst"), rest, pos), pos);
  }
  return ev.force(args[1]);
}

constexpr PrimOp kPrims[] = {
    {"lib.optional", 2, optional, "a list of one value, or none"},
    {"lib.optionals", 2, optionals, "a list, or an empty one"},
    {"lib.toList", 1, toList, "a list, or the value as a list of one"},
    {"lib.flatten", 1, flatten, "nested lists as one"},
    {"lib.unique", 1, unique, "the elements without repetitions"},
    {"lib.remove", 2, remove, "the elements that differ from a value"},
    {"lib.intersectLists", 2, intersectLists, "the elements of the second list that are in the first"},
    {"lib.subtractLists", 2, subtractLists, "the elements of the second list that are not in the first"},
    {"lib.findFirst", 3, findFirst, "the first element for which a function returns true, or a default"},
};

}  // namespace

std::span<const PrimOp> listSearchNatives() { return kPrims; }

}  // namespace fleetd::lang::lib
