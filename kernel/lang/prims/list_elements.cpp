// Builtins that ask about the elements of a list: length head elemAt elem any all foldl'.
#include "kernel/lang/prims/support.hpp"

namespace fleetd::lang {

namespace {

using namespace prims;

Value length(Evaluator& ev, Value* args, Pos) {
  Value out;
  std::vector<Value> pieces;
  args[0] = ev.force(args[0]);
  if (!listPieces(ev, args[0], &pieces, &out)) return out;
  if (!allKnown(pieces)) return Value::stuck();
  std::int64_t count = 0;
  for (const Value& piece : pieces) count += piece.aux;
  return Value::of(count);
}

// The element at `index` when only known elements come before it.
Value at(Evaluator& ev, std::string_view name, std::span<Value> args, std::int64_t index, Pos pos) {
  Value out;
  std::vector<Value> pieces;
  args[0] = ev.force(args[0]);
  if (!listPieces(ev, args[0], &pieces, &out)) return out;
  std::int64_t before = 0;
  for (const Value& piece : pieces) {
    if (piece.isUnknown()) {
      if (pieces.size() == 1)
        if (const auto moved = distribute(ev, findPrim(name), args, 0, pos)) return *moved;
      return Value::stuck();
    }
    if (index >= 0 && index < before + piece.aux)
      return ev.force(piece.list()[static_cast<std::size_t>(index - before)]);
    before += piece.aux;
  }
  if (name == "head") return ev.failText(ErrorKind::Range, 0, "'builtins.head' called on an empty list");
  return ev.fail(ErrorKind::Range, 0, "'builtins.elemAt' called with index {} on a list of size {}", index, before);
}

Value head(Evaluator& ev, Value* args, Pos pos) { return at(ev, "head", {args, 1}, 0, pos); }

Value elemAt(Evaluator& ev, Value* args, Pos pos) {
  Value out;
  args[0] = ev.force(args[0]);
  if (args[0].isError()) return args[0];
  if (!args[0].is(Tag::List) && !args[0].isUnknown()) return ev.typeError("a list", args[0], 0);
  if (!wantInt(ev, args[1], &out)) return out;
  return at(ev, "elemAt", {args, 2}, args[1].integer, pos);
}

// Asks `test` of every element until one answers `decisive`. What comes after an unknown answer may decide, but cannot
// fail for certain.
template <class Test>
Value search(Evaluator& ev, Value& list, bool decisive, Test test) {
  Value out;
  std::vector<Value> pieces;
  list = ev.force(list);
  if (!listPieces(ev, list, &pieces, &out)) return out;
  bool open = false;
  for (const Value& piece : pieces) {
    if (piece.isUnknown()) {
      open = true;
      continue;
    }
    for (const Value& element : piece.list()) {
      const Value answer = test(element);
      if (answer.isError()) return open ? Value::stuck() : answer;
      if (answer.isUnknown()) {
        open = true;
        continue;
      }
      if (!answer.is(Tag::Bool)) return open ? Value::stuck() : ev.typeError("a Boolean", answer, 0);
      if (answer.boolean() == decisive) return Value::of(decisive);
    }
  }
  return open ? Value::stuck() : Value::of(!decisive);
}

Value elem(Evaluator& ev, Value* args, Pos pos) {
  return search(ev, args[1], true, [&](const Value& element) { return ev.equal(args[0], element, pos); });
}

Value any(Evaluator& ev, Value* args, Pos pos) {
  return search(ev, args[1], true, [&](const Value& element) { return ev.call(args[0], element, pos); });
}

Value all(Evaluator& ev, Value* args, Pos pos) {
  return search(ev, args[1], false, [&](const Value& element) { return ev.call(args[0], element, pos); });
}

// Each accumulator is forced, also one that is just an element; the initial value is not.
Value foldl(Evaluator& ev, Value* args, Pos pos) {
  Value out;
  std::vector<Value> pieces;
  args[2] = ev.force(args[2]);
  if (!listPieces(ev, args[2], &pieces, &out)) return out;
  Value accumulator = args[1];
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    if (pieces[i].isUnknown()) {
      if (i == 0) return Value::stuck();
      ListBuilder rest(ev);
      for (std::size_t k = i; k < pieces.size(); ++k) rest.addPiece(pieces[k]);
      const Value operands[] = {args[0], accumulator, rest.finish(pos)};
      return ev.unknownPrim(findPrim("foldl'"), operands, pos);
    }
    for (const Value& element : pieces[i].list()) {
      accumulator = ev.call(args[0], {accumulator, element}, pos);
      if (accumulator.isError()) return accumulator;
    }
  }
  return ev.force(accumulator);
}

constexpr PrimOp kPrims[] = {
    {"length", 1, length, "the number of elements of a list"},
    {"head", 1, head, "the first element of a list"},
    {"elemAt", 2, elemAt, "the element of a list at an index"},
    {"elem", 2, elem, "whether a list has an element equal to a value"},
    {"any", 2, any, "whether a function returns true for some element"},
    {"all", 2, all, "whether a function returns true for every element"},
    {"foldl'", 3, foldl, "combines the elements of a list from the left, strictly"},
};

}  // namespace

std::span<const PrimOp> listElementPrims() { return kPrims; }

}  // namespace fleetd::lang
