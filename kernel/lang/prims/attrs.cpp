// Builtins that look at and derive sets: attrNames attrValues getAttr hasAttr mapAttrs removeAttrs intersectAttrs
// unsafeGetAttrPos. Of `known // unknown` the known side stays known; names that are there only under a condition keep
// it.
#include <algorithm>

#include "kernel/base/untold.hpp"
#include "kernel/lang/prims/support.hpp"
#include "kernel/lang/unknown.hpp"

namespace fleetd::lang {

namespace {

using namespace prims;

// The names or values of a set in the order of names. `pick` chooses which.
template <class Pick>
Value inOrder(Evaluator& ev, std::string_view self, Value* args, Pos pos, Pick pick) {
  args[0] = ev.force(args[0]);
  const Value set = args[0];
  if (set.isError()) return set;
  if (set.is(Tag::Attrs)) {
    auto list = ev.newList(set.attrs->size);
    std::size_t i = 0;
    for (const Attr* attr : ev.sortedByName(set.attrs)) list[i++] = pick(attr->name, attr->value);
    return Value::list(list);
  }
  if (!set.isUnknown()) return ev.typeError("a set", set, 0);
  if (auto moved = distribute(ev, findPrim(self), {args, 1}, 0, pos)) return *moved;
  const auto entries = entriesOf(ev, set, pos);
  if (!entries) return Value::stuck();
  ListBuilder list(ev);
  for (const Entry& entry : *entries) {
    const Value one = pick(entry.name, entry.value);
    if (!entry.condition)
      list.add(one);
    else
      list.addPiece(unknownIf(ev, *entry.condition, ev.list(std::span(&one, 1)), Value::list({}), pos));
  }
  return list.finish(pos);
}

Value attrNames(Evaluator& ev, Value* args, Pos pos) {
  return inOrder(ev, "attrNames", args, pos, [&](Symbol name, Value) { return Value::text(ev.text(name)); });
}

Value attrValues(Evaluator& ev, Value* args, Pos pos) {
  return inOrder(ev, "attrValues", args, pos, [](Symbol, Value value) { return value; });
}

// The name and the set of getAttr and hasAttr. True: both known or the set unknown. False: *out is what to return.
bool nameAndSet(Evaluator& ev, Value* args, UnknownOp dynamic, Pos pos, Value* out) {
  args[1] = ev.force(args[1]);
  if (args[1].isError()) {
    *out = args[1];
    return false;
  }
  if (!args[1].is(Tag::Attrs) && !args[1].isUnknown()) {
    *out = ev.typeError("a set", args[1], 0);
    return false;
  }
  if (wantPlainString(ev, args[0], out)) return true;
  if (out->isStuck()) {
    const Value operands[] = {args[1], args[0]};
    *out = ev.unknown(dynamic, operands, pos);
  }
  return false;
}

Value getAttr(Evaluator& ev, Value* args, Pos pos) {
  Value out;
  if (!nameAndSet(ev, args, UnknownOp::DynSelect, pos, &out)) return out;
  const Symbol name = ev.symbol(args[0].string());
  if (args[1].isUnknown()) return ev.select(args[1], name, pos);
  if (!wantAttr(ev, *args[1].attrs, name, &out, &out)) return out;
  return ev.force(out);
}

Value hasAttr(Evaluator& ev, Value* args, Pos pos) {
  Value out;
  if (!nameAndSet(ev, args, UnknownOp::DynHasAttr, pos, &out)) return out;
  return ev.hasAttr(args[1], ev.symbol(args[0].string()), pos);
}

Value unsafeGetAttrPos(Evaluator& ev, Value* args, Pos) {
  Value out;
  if (!wantPlainString(ev, args[0], &out) || !wantAttrs(ev, args[1], &out)) return out;
  const Attr* attr = args[1].attrs->find(ev.symbol(args[0].string()));
  return attr && !base::isUntold(attr->pos) ? positionSet(ev, attr->pos) : Value::null();
}

Value mapKnown(Evaluator& ev, Value fn, const Bindings& set, Pos pos) {
  Bindings* out = ev.newBindings(set.size);
  for (std::uint32_t i = 0; i < set.size; ++i) {
    const Attr& attr = set.items[i];
    out->items[i] = {attr.name, base::untold(attr.pos),
                     ev.lazyCall(fn, {Value::text(ev.text(attr.name)), attr.value}, pos)};
  }
  return Value::of(out);
}

// { ${name} = value; } // known with the function applied to both.
Value mapOpen(Evaluator& ev, Value fn, const Unknown& u, Pos pos) {
  std::vector<Value> parts{mapKnown(ev, fn, *u.args[0].attrs, pos)};
  for (std::uint32_t i = 1; i + 1 < u.count; i += 2) {
    parts.push_back(u.args[i]);
    parts.push_back(ev.lazyCall(fn, {u.args[i], u.args[i + 1]}, pos));
  }
  return ev.unknown(UnknownOp::Attrs, parts, u.pos);
}

Value mapAttrs(Evaluator& ev, Value* args, Pos pos) {
  args[1] = ev.force(args[1]);
  if (args[1].is(Tag::Attrs)) return mapKnown(ev, args[0], *args[1].attrs, pos);
  Value out;
  std::vector<Value> pieces;
  if (!setPieces(ev, args[1], &pieces, &out)) return out;
  const PrimOp* self = findPrim("mapAttrs");
  for (Value& piece : pieces) {
    const Value operands[] = {args[0], piece};
    if (piece.is(Tag::Attrs))
      piece = mapKnown(ev, args[0], *piece.attrs, pos);
    else if (piece.unknown->op == UnknownOp::Attrs)
      piece = mapOpen(ev, args[0], *piece.unknown, pos);
    else if (const auto moved = distribute(ev, self, operands, 1, pos))
      piece = *moved;
    else if (pieces.size() == 1)
      return Value::stuck();
    else
      piece = ev.unknownPrim(self, operands, pos);
  }
  return joinSets(ev, pieces, pos);
}

using Names = std::vector<Symbol>;

bool has(const Names& sorted, Symbol name) { return std::binary_search(sorted.begin(), sorted.end(), name); }

// The strings of a known list as sorted symbols. False: *out is what to return.
bool namesOf(Evaluator& ev, Value list, Names* names, Value* out) {
  for (Value element : list.list()) {
    if (!wantPlainString(ev, element, out)) return false;
    names->push_back(ev.symbol(element.string()));
  }
  std::sort(names->begin(), names->end());
  return true;
}

template <class Keep>
Value select(Evaluator& ev, const Bindings& set, Keep keep) {
  Bindings* out = ev.newBindings(set.size);
  out->size = 0;
  out->pos = set.pos;
  for (const Attr& attr : set)
    if (keep(attr.name)) out->items[out->size++] = attr;
  return Value::of(out);
}

// What one more piece of the list of names removes from a known set, when that depends on a condition: the names it may
// remove move into a conditional set. nullopt when the branches are not at hand, or when an earlier condition decided
// about a name already.
std::optional<Value> removeUnder(Evaluator& ev, Value set, const Unknown& u, Names* decided, Value* rest) {
  if (u.op != UnknownOp::If) return std::nullopt;
  const auto a = peek(ev, u.args[1]);
  const auto b = peek(ev, u.args[2]);
  if (!a || !b || !a->is(Tag::List) || !b->is(Tag::List)) return std::nullopt;
  Value ignored;
  Names inA, inB;
  for (const Value& branch : {*a, *b})
    for (const Value& element : branch.list())
      if (!peek(ev, element)) return std::nullopt;
  if (!namesOf(ev, *a, &inA, &ignored) || !namesOf(ev, *b, &inB, &ignored)) return std::nullopt;
  for (const Names* names : {&inA, &inB})
    for (Symbol name : *names)
      if (has(*decided, name)) return std::nullopt;
  decided->insert(decided->end(), inA.begin(), inA.end());
  decided->insert(decided->end(), inB.begin(), inB.end());
  std::sort(decided->begin(), decided->end());
  *rest = select(ev, *set.attrs, [&](Symbol name) { return !has(inA, name) && !has(inB, name); });
  const Value then = select(ev, *set.attrs, [&](Symbol name) { return has(inB, name) && !has(inA, name); });
  const Value otherwise = select(ev, *set.attrs, [&](Symbol name) { return has(inA, name) && !has(inB, name); });
  return unknownIf(ev, u.args[0], then, otherwise, u.pos);
}

Value removeAttrs(Evaluator& ev, Value* args, Pos pos) {
  Value out;
  args[0] = ev.force(args[0]);
  std::vector<Value> sets, lists, conditional;
  if (!setPieces(ev, args[0], &sets, &out)) return out;
  args[1] = ev.force(args[1]);
  if (!listPieces(ev, args[1], &lists, &out)) return out;
  Names names;
  for (const Value& piece : lists) {
    if (piece.isUnknown())
      conditional.push_back(piece);
    else if (!namesOf(ev, piece, &names, &out))
      return out;
  }
  std::sort(names.begin(), names.end());
  if (!conditional.empty() && sets.size() > 1) return Value::stuck();
  const Value knownNames = ev.list([&] {
    std::vector<Value> texts;
    for (Symbol name : names) texts.push_back(Value::text(ev.text(name)));
    return texts;
  }());
  for (Value& piece : sets) {
    const Value operands[] = {piece, knownNames};
    if (piece.is(Tag::Attrs))
      piece = select(ev, *piece.attrs, [&](Symbol name) { return !has(names, name); });
    else if (sets.size() == 1 && !conditional.empty())
      return Value::stuck();
    else if (const auto moved = distribute(ev, findPrim("removeAttrs"), operands, 0, pos))
      piece = *moved;
    else if (sets.size() == 1)
      return Value::stuck();
    else
      piece = ev.unknownPrim(findPrim("removeAttrs"), operands, pos);
  }
  Names decided;
  for (const Value& piece : conditional) {
    Value rest;
    const auto under = removeUnder(ev, sets.front(), *piece.unknown, &decided, &rest);
    if (!under) return Value::stuck();
    sets.front() = rest;
    sets.push_back(*under);
  }
  return joinSets(ev, sets, pos);
}

Value intersectKnown(Evaluator& ev, const Bindings& names, const Bindings& values) {
  const std::uint32_t most = std::min(names.size, values.size);
  Bindings* out = ev.newBindings(most);
  out->size = 0;
  const bool walkNames = names.size < values.size;
  for (const Attr& attr : walkNames ? names : values)
    if (const Attr* other = (walkNames ? values : names).find(attr.name))
      out->items[out->size++] = walkNames ? *other : attr;
  return Value::of(out);
}

Value intersectAttrs(Evaluator& ev, Value* args, Pos pos) {
  for (int i = 0; i < 2; ++i) {
    args[i] = ev.force(args[i]);
    if (args[i].isError()) return args[i];
    if (!args[i].is(Tag::Attrs) && !args[i].isUnknown()) return ev.typeError("a set", args[i], 0);
  }
  for (int i = 0; i < 2; ++i)
    if (args[i].is(Tag::Attrs) && args[i].attrs->size == 0) return args[i];
  if (args[0].isUnknown()) return Value::stuck();
  Value out;
  std::vector<Value> pieces;
  if (!setPieces(ev, args[1], &pieces, &out)) return out;
  const PrimOp* self = findPrim("intersectAttrs");
  for (Value& piece : pieces) {
    const Value operands[] = {args[0], piece};
    if (piece.is(Tag::Attrs))
      piece = intersectKnown(ev, *args[0].attrs, *piece.attrs);
    else if (const auto moved = distribute(ev, self, operands, 1, pos))
      piece = *moved;
    else if (pieces.size() == 1)
      return Value::stuck();
    else
      piece = ev.unknownPrim(self, operands, pos);
  }
  return joinSets(ev, pieces, pos);
}

constexpr PrimOp kPrims[] = {
    {"attrNames", 1, attrNames, "the names of a set in ascending order"},
    {"attrValues", 1, attrValues, "the values of a set in the order of their names"},
    {"getAttr", 2, getAttr, "the attribute of a name"},
    {"hasAttr", 2, hasAttr, "whether a set has an attribute of a name"},
    {"unsafeGetAttrPos", 2, unsafeGetAttrPos, "where an attribute is written"},
    {"mapAttrs", 2, mapAttrs, "applies a function to every name and value of a set"},
    {"removeAttrs", 2, removeAttrs, "a set without some names"},
    {"intersectAttrs", 2, intersectAttrs, "the attributes of the second set whose names are in the first"},
};

}  // namespace

std::span<const PrimOp> attrPrims() { return kPrims; }

}  // namespace fleetd::lang
