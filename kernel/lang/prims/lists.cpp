// Builtins that make lists of lists: map filter concatLists concatMap genList tail. Known segments of a partly known
// list stay known.
#include "kernel/lang/prims/support.hpp"

namespace fleetd::lang {

namespace {

using namespace prims;

// prim(fn, piece) for one unknown piece of a longer list: moved into branches where there are some.
Value residualPiece(Evaluator& ev, std::string_view name, std::initializer_list<Value> args, Pos pos) {
  const PrimOp* prim = findPrim(name);
  const std::span<const Value> operands(args.begin(), args.size());
  if (auto moved = distribute(ev, prim, operands, operands.size() - 1, pos)) return *moved;
  return ev.unknownPrim(prim, operands, pos);
}

// The pieces of the list operand. Nothing known of it at all: *out is Stuck.
bool piecesOf(Evaluator& ev, std::string_view name, std::span<Value> args, std::vector<Value>* pieces, Pos pos,
              Value* out) {
  Value& list = args.back();
  list = ev.force(list);
  if (!listPieces(ev, list, pieces, out)) return false;
  if (pieces->size() != 1 || !pieces->front().isUnknown()) return true;
  const auto moved = distribute(ev, findPrim(name), args, args.size() - 1, pos);
  *out = moved ? *moved : Value::stuck();
  return false;
}

Value map(Evaluator& ev, Value* args, Pos pos) {
  Value out;
  std::vector<Value> pieces;
  if (!piecesOf(ev, "map", {args, 2}, &pieces, pos, &out)) return out;
  ListBuilder list(ev);
  for (const Value& piece : pieces) {
    if (piece.isUnknown()) {
      list.addPiece(residualPiece(ev, "map", {args[0], piece}, pos));
      continue;
    }
    for (const Value& element : piece.list()) list.add(ev.lazyCall(args[0], {element}, pos));
  }
  return list.finish(pos);
}

Value filter(Evaluator& ev, Value* args, Pos pos) {
  Value out;
  std::vector<Value> pieces;
  if (!piecesOf(ev, "filter", {args, 2}, &pieces, pos, &out)) return out;
  ListBuilder list(ev);
  for (const Value& piece : pieces) {
    if (piece.isUnknown()) {
      list.addPiece(residualPiece(ev, "filter", {args[0], piece}, pos));
      continue;
    }
    for (const Value& element : piece.list()) {
      const Value keep = ev.call(args[0], element, pos);
      if (keep.isError()) return keep;
      if (keep.isUnknown())
        list.addPiece(unknownIf(ev, keep, ev.list(std::span(&element, 1)), Value::list({}), pos));
      else if (!keep.is(Tag::Bool))
        return ev.typeError("a Boolean", keep, 0);
      else if (keep.boolean())
        list.add(element);
    }
  }
  return list.finish(pos);
}

// Adds what a value that must be a list holds. False: *out is the error.
bool addList(Evaluator& ev, ListBuilder& list, Value v, Value* out) {
  std::vector<Value> pieces;
  if (!listPieces(ev, v, &pieces, out)) return false;
  for (const Value& piece : pieces) list.addPiece(piece);
  if (!list.tooLong()) return true;
  *out = tooLarge(ev, "a list");
  return false;
}

Value concatLists(Evaluator& ev, Value* args, Pos pos) {
  Value out;
  std::vector<Value> pieces;
  if (!piecesOf(ev, "concatLists", {args, 1}, &pieces, pos, &out)) return out;
  ListBuilder list(ev);
  for (const Value& piece : pieces) {
    if (piece.isUnknown()) {
      list.addPiece(residualPiece(ev, "concatLists", {piece}, pos));
      continue;
    }
    for (const Value& element : piece.list())
      if (!addList(ev, list, element, &out)) return out;
  }
  return list.finish(pos);
}

Value concatMap(Evaluator& ev, Value* args, Pos pos) {
  Value out;
  std::vector<Value> pieces;
  if (!piecesOf(ev, "concatMap", {args, 2}, &pieces, pos, &out)) return out;
  ListBuilder list(ev);
  for (const Value& piece : pieces) {
    if (piece.isUnknown()) {
      list.addPiece(residualPiece(ev, "concatMap", {args[0], piece}, pos));
      continue;
    }
    for (const Value& element : piece.list()) {
      const Value result = ev.call(args[0], element, pos);
      if (result.isError()) return result;
      if (addList(ev, list, result, &out)) continue;
      const Value fn = ev.force(args[0]);
      const Pos place = fn.is(Tag::Lambda) ? fn.closure->lambda->pos : pos;
      return ev.addFrame(out, place, "while evaluating the return value of the function passed to builtins.concatMap");
    }
  }
  return list.finish(pos);
}

Value genList(Evaluator& ev, Value* args, Pos pos) {
  Value out;
  if (!wantInt(ev, args[1], &out)) return out;
  const std::int64_t size = args[1].integer;
  if (size < 0) return ev.fail(ErrorKind::Range, 0, "cannot create list of size {}", size);
  if (static_cast<std::uint64_t>(size) > kMaxElements) return tooLarge(ev, "a list");
  auto list = ev.newList(static_cast<std::uint32_t>(size));
  for (std::size_t i = 0; i < list.size(); ++i)
    list[i] = ev.lazyCall(args[0], {Value::of(static_cast<std::int64_t>(i))}, pos);
  return Value::list(list);
}

Value tail(Evaluator& ev, Value* args, Pos pos) {
  Value out;
  std::vector<Value> pieces;
  if (!piecesOf(ev, "tail", {args, 1}, &pieces, pos, &out)) return out;
  if (pieces.front().isUnknown()) return Value::stuck();
  const auto first = pieces.front().list();
  if (first.empty()) return ev.failText(ErrorKind::Range, 0, "'builtins.tail' called on an empty list");
  pieces.front() = Value::list(first.subspan(1));
  if (pieces.size() == 1) return pieces.front();
  ListBuilder list(ev);
  for (const Value& piece : pieces) list.addPiece(piece);
  return list.finish(pos);
}

constexpr PrimOp kPrims[] = {
    {"map", 2, map, "applies a function to every element of a list"},
    {"filter", 2, filter, "the elements for which a function returns true"},
    {"concatLists", 1, concatLists, "the lists of a list one after the other"},
    {"concatMap", 2, concatMap, "the lists a function makes of every element one after the other"},
    {"genList", 2, genList, "a list of a function's results for 0, 1, …"},
    {"tail", 1, tail, "a list without its first element"},
};

}  // namespace

std::span<const PrimOp> listPrims() { return kPrims; }

}  // namespace fleetd::lang
