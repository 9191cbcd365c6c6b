// Natives that take lists apart and put them together: range take drop sublist last init reverseList imap0
// imap1 forEach zipListsWith foldr foldl'.
#include <algorithm>

#include "kernel/lang/lib/natives.hpp"

namespace fleetd::lang::lib {

namespace {

using namespace prims;

const PrimOp* self(std::string_view name) { return findNative("lists", name); }

Value range(Evaluator& ev, Value* args, Pos) {
  Value out;
  if (!wantInt(ev, args[0], &out) || !wantInt(ev, args[1], &out)) return out;
  const std::int64_t first = args[0].integer, last = args[1].integer;
  if (first > last) return Value::list({});
  const std::uint64_t size = static_cast<std::uint64_t>(last) - static_cast<std::uint64_t>(first) + 1;
  if (size == 0 || size > kMaxElements) return tooLarge(ev, "a list");
  auto list = ev.newList(static_cast<std::uint32_t>(size));
  for (std::size_t i = 0; i < list.size(); ++i) list[i] = Value::of(first + static_cast<std::int64_t>(i));
  return Value::list(list);
}

// The pieces of a list operand with something known of them. False: *out is what to return.
bool wantPieces(Evaluator& ev, const PrimOp* prim, std::span<Value> args, std::size_t index, std::vector<Value>* pieces,
                Pos pos, Value* out) {
  args[index] = ev.force(args[index]);
  if (!listPieces(ev, args[index], pieces, out)) return false;
  if (pieces->size() > 1 || !pieces->front().isUnknown()) return true;
  const auto moved = distribute(ev, prim, args, index, pos);
  *out = moved ? *moved : Value::stuck();
  return false;
}

// Elements [start, start + count) of a list.
Value slice(Evaluator& ev, Value list, std::int64_t start, std::int64_t count) {
  const auto length = static_cast<std::int64_t>(list.aux);
  if (start >= length) return Value::list({});
  const std::int64_t size = count > length - start ? length - start : count;
  if (size < 0) return ev.fail(ErrorKind::Range, 0, "cannot create list of size {}", size);
  if (start < 0 && size > 0) return ev.fail(ErrorKind::Range, 0, "a list has no element at index {}", start);
  return Value::list(
      list.list().subspan(static_cast<std::size_t>(std::max<std::int64_t>(start, 0)), static_cast<std::size_t>(size)));
}

Value sublist(Evaluator& ev, Value* args, Pos) {
  Value out;
  if (!wantInt(ev, args[0], &out) || !wantInt(ev, args[1], &out) || !wantList(ev, args[2], &out)) return out;
  return slice(ev, args[2], args[0].integer, args[1].integer);
}

Value take(Evaluator& ev, Value* args, Pos pos) {
  Value out;
  std::vector<Value> pieces;
  if (!wantInt(ev, args[0], &out) || !wantPieces(ev, self("take"), {args, 2}, 1, &pieces, pos, &out)) return out;
  if (pieces.size() == 1) return slice(ev, pieces[0], 0, args[0].integer);
  // Enough elements before the first unknown piece: the rest does not matter.
  const Value first = pieces[0];
  return first.is(Tag::List) && args[0].integer <= first.aux ? slice(ev, first, 0, args[0].integer) : Value::stuck();
}

Value drop(Evaluator& ev, Value* args, Pos pos) {
  Value out;
  std::vector<Value> pieces;
  if (!wantInt(ev, args[0], &out) || !wantPieces(ev, self("drop"), {args, 2}, 1, &pieces, pos, &out)) return out;
  if (pieces.size() == 1) return slice(ev, pieces[0], args[0].integer, static_cast<std::int64_t>(pieces[0].aux));
  if (!pieces[0].is(Tag::List) || args[0].integer < 0 || args[0].integer > pieces[0].aux) return Value::stuck();
  pieces[0] = Value::list(pieces[0].list().subspan(static_cast<std::size_t>(args[0].integer)));
  ListBuilder list(ev);
  for (const Value& piece : pieces) list.addPiece(piece);
  return list.finish(pos);
}

Value noneOf(Evaluator& ev, std::string_view name) {
  return ev.fail(ErrorKind::Throw, 0, "lib.lists.{}: the list must not be empty", name);
}

Value last(Evaluator& ev, Value* args, Pos pos) {
  Value out;
  std::vector<Value> pieces;
  if (!wantPieces(ev, self("last"), {args, 1}, 0, &pieces, pos, &out)) return out;
  const Value end = pieces.back();
  if (end.isUnknown()) return Value::stuck();
  return end.aux == 0 ? noneOf(ev, "last") : ev.force(end.list().back());
}

Value init(Evaluator& ev, Value* args, Pos pos) {
  Value out;
  std::vector<Value> pieces;
  if (!wantPieces(ev, self("init"), {args, 1}, 0, &pieces, pos, &out)) return out;
  if (pieces.back().isUnknown()) return Value::stuck();
  if (pieces.back().aux == 0) return noneOf(ev, "init");
  pieces.back() = Value::list(pieces.back().list().first(pieces.back().aux - 1));
  if (pieces.size() == 1) return pieces[0];
  ListBuilder list(ev);
  for (const Value& piece : pieces) list.addPiece(piece);
  return list.finish(pos);
}

Value reverseList(Evaluator& ev, Value* args, Pos pos) {
  Value out;
  std::vector<Value> pieces;
  if (!wantPieces(ev, self("reverseList"), {args, 1}, 0, &pieces, pos, &out)) return out;
  ListBuilder list(ev);
  for (auto piece = pieces.rbegin(); piece != pieces.rend(); ++piece) {
    if (piece->isUnknown())
      list.addPiece(residual(ev, self("reverseList"), std::span<const Value>(&*piece, 1), 0, pos));
    else
      for (std::size_t i = piece->aux; i-- > 0;) list.add(piece->list()[i]);
  }
  return list.finish(pos);
}

template <std::int64_t kFirst>
Value imap(Evaluator& ev, Value* args, Pos pos) {
  Value out;
  if (!wantList(ev, args[1], &out)) return out;
  auto list = ev.newList(args[1].aux);
  for (std::size_t i = 0; i < list.size(); ++i)
    list[i] = ev.lazyCall(args[0], {Value::of(kFirst + static_cast<std::int64_t>(i)), args[1].list()[i]}, pos);
  return Value::list(list);
}

Value forEach(Evaluator& ev, Value* args, Pos pos) { return applyPrim(ev, findPrim("map"), {args[1], args[0]}, pos); }

Value zipListsWith(Evaluator& ev, Value* args, Pos pos) {
  Value out;
  if (!wantList(ev, args[1], &out) || !wantList(ev, args[2], &out)) return out;
  auto list = ev.newList(std::min(args[1].aux, args[2].aux));
  for (std::size_t i = 0; i < list.size(); ++i)
    list[i] = ev.lazyCall(args[0], {args[1].list()[i], args[2].list()[i]}, pos);
  return Value::list(list);
}

// op x0 (op x1 (… start)): every rest is lazy, so that op may stop early.
Value foldr(Evaluator& ev, Value* args, Pos pos) {
  Value out;
  if (!wantList(ev, args[2], &out)) return out;
  Value result = args[1];
  for (std::size_t i = args[2].aux; i-- > 0;) result = ev.lazyCall(args[0], {args[2].list()[i], result}, pos);
  return ev.force(result);
}

// Unlike the builtin, this forces the start too.
Value foldlStrict(Evaluator& ev, Value* args, Pos pos) {
  const Value start = ev.force(args[1]);
  return start.isError() ? start : applyPrim(ev, findPrim("foldl'"), {args[0], start, args[2]}, pos);
}

constexpr PrimOp kPrims[] = {
    {"lib.range", 2, range, "the integers from one to another"},
    {"lib.sublist", 3, sublist, "a part of a list by start and length"},
    {"lib.take", 2, take, "the first elements"},
    {"lib.drop", 2, drop, "the elements after the first ones"},
    {"lib.last", 1, last, "the last element"},
    {"lib.init", 1, init, "all elements but the last"},
    {"lib.reverseList", 1, reverseList, "the elements in reverse order"},
    {"lib.imap0", 2, imap<0>, "a function of every index and element, counted from 0"},
    {"lib.imap1", 2, imap<1>, "a function of every index and element, counted from 1"},
    {"lib.forEach", 2, forEach, "map with the list first"},
    {"lib.zipListsWith", 3, zipListsWith, "a function of the elements of two lists at the same index"},
    {"lib.foldr", 3, foldr, "a list folded from the right"},
    {"lib.foldl'", 3, foldlStrict, "a list folded from the left, forcing every step"},
};

}  // namespace

std::span<const PrimOp> listNatives() { return kPrims; }

}  // namespace fleetd::lang::lib
