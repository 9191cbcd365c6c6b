// Partly known lists and sets as pieces: taking `a ++ b` and `a // b` apart and putting them together again.
#include <algorithm>
#include <map>

#include "kernel/lang/prims/support.hpp"

namespace fleetd::lang::prims {

namespace {

constexpr std::size_t kMaxPieces = 1u << 16;

bool isBinary(const Value& v, BinaryOp op) {
  return v.isUnknown() && v.unknown->op == UnknownOp::Binary && v.unknown->binary == op;
}

// The operands of nested `op`, left to right, without recursion. Each operand is forced.
bool flatten(Evaluator& ev, Value v, BinaryOp op, Tag tag, std::string_view wanted, std::vector<Value>* pieces,
             Value* out) {
  std::vector<Value> stack{v};
  while (!stack.empty()) {
    Value top = ev.force(stack.back());
    stack.pop_back();
    if (top.isError()) {
      *out = top;
      return false;
    }
    if (isBinary(top, op) && pieces->size() + stack.size() < kMaxPieces) {
      stack.push_back(top.unknown->args[1]);
      stack.push_back(top.unknown->args[0]);
    } else if (top.is(tag) || top.isUnknown()) {
      pieces->push_back(top);
    } else {
      *out = ev.typeError(wanted, top, 0);
      return false;
    }
  }
  return true;
}

// Joins by halves, so that a long chain stays shallow for whoever walks it.
Value joinRange(Evaluator& ev, std::span<const Value> pieces, BinaryOp op, Pos pos) {
  if (pieces.size() == 1) return pieces[0];
  const std::size_t half = pieces.size() / 2;
  return ev.unknownBinary(op, joinRange(ev, pieces.first(half), op, pos), joinRange(ev, pieces.subspan(half), op, pos),
                          pos);
}

bool literal(const Expr* expr) {
  switch (expr->kind) {
    case ExprKind::List: return true;
    case ExprKind::Attrs:
      return !static_cast<const ExprAttrs*>(expr)->recursive && static_cast<const ExprAttrs*>(expr)->dynamics.empty();
    default: return false;
  }
}

}  // namespace

std::optional<Value> peek(Evaluator& ev, Value v) {
  if (v.isThunk()) {
    const Thunk& cell = *v.thunk;
    if (cell.value.tag == Tag::Running) return std::nullopt;
    if (cell.value.tag == Tag::Pending && !(cell.expr && literal(cell.expr))) return std::nullopt;
    v = ev.force(v);
  }
  if (v.isError()) return std::nullopt;
  return v;
}

std::optional<Value> distribute(Evaluator& ev, const PrimOp* prim, std::span<const Value> args, std::size_t index,
                                Pos pos) {
  const Value subject = args[index];
  if (!subject.isUnknown()) return std::nullopt;
  const Unknown& u = *subject.unknown;
  auto inBranch = [&](Value branch) {
    std::vector<Value> copy(args.begin(), args.end());
    copy[index] = branch;
    return lazyPrim(ev, prim, copy, pos);
  };
  if (u.op == UnknownOp::If) return unknownIf(ev, u.args[0], inBranch(u.args[1]), inBranch(u.args[2]), u.pos);
  if (u.op == UnknownOp::Assert) {
    const Value parts[] = {u.args[0], inBranch(u.args[1])};
    return ev.unknown(UnknownOp::Assert, parts, u.pos);
  }
  return std::nullopt;
}

bool listPieces(Evaluator& ev, Value list, std::vector<Value>* pieces, Value* out) {
  if (!flatten(ev, list, BinaryOp::Concat, Tag::List, "a list", pieces, out)) return false;
  // Empty segments say nothing; one piece is always left.
  if (pieces->size() > 1) std::erase_if(*pieces, [](const Value& v) { return v.is(Tag::List) && v.aux == 0; });
  if (pieces->empty()) pieces->push_back(Value::list({}));
  return true;
}

bool setPieces(Evaluator& ev, Value set, std::vector<Value>* pieces, Value* out) {
  return flatten(ev, set, BinaryOp::Update, Tag::Attrs, "a set", pieces, out);
}

bool allKnown(std::span<const Value> pieces) {
  return std::none_of(pieces.begin(), pieces.end(), [](const Value& v) { return v.isUnknown(); });
}

std::vector<Value> elementsOf(std::span<const Value> pieces) {
  std::vector<Value> out;
  for (const Value& piece : pieces) out.insert(out.end(), piece.list().begin(), piece.list().end());
  return out;
}

void ListBuilder::flush() {
  if (run_.empty()) return;
  count_ += run_.size();
  pieces_.push_back(ev_.list(run_));
  run_.clear();
}

void ListBuilder::addPiece(Value piece) {
  if (piece.is(Tag::List)) {
    run_.insert(run_.end(), piece.list().begin(), piece.list().end());
    return;
  }
  flush();
  pieces_.push_back(piece);
}

Value ListBuilder::finish(Pos pos) {
  if (tooLong()) return tooLarge(ev_, "a list");
  if (pieces_.empty()) return ev_.list(run_);
  flush();
  return joinRange(ev_, pieces_, BinaryOp::Concat, pos);
}

Value joinSets(Evaluator& ev, std::span<const Value> pieces, Pos pos) {
  std::vector<Value> merged;
  for (const Value& piece : pieces) {
    if (piece.is(Tag::Attrs) && piece.attrs->size == 0) continue;
    if (!merged.empty() && merged.back().is(Tag::Attrs) && piece.is(Tag::Attrs))
      merged.back() = ev.update(merged.back(), piece, pos);
    else
      merged.push_back(piece);
  }
  if (merged.empty()) return Value::of(ev.newBindings(0));
  return joinRange(ev, merged, BinaryOp::Update, pos);
}

namespace {

using EntryMap = std::map<std::string_view, Entry>;

void addCertain(Evaluator& ev, EntryMap& entries, const Bindings& set) {
  for (const Attr& attr : set) entries[ev.text(attr.name)] = Entry{attr.name, attr.value, std::nullopt};
}

// … // (if c then a else b) with both branches at hand.
void addConditional(Evaluator& ev, EntryMap& entries, const Unknown& u, const Bindings& a, const Bindings& b) {
  const Value condition = u.args[0];
  auto addOneSided = [&](const Attr& attr, bool whenTrue) {
    const std::string_view name = ev.text(attr.name);
    const Value present =
        whenTrue ? condition : ev.unknown(UnknownOp::Not, std::span<const Value>(&condition, 1), u.pos);
    const auto old = entries.find(name);
    if (old == entries.end()) {
      entries.emplace(name, Entry{attr.name, attr.value, present});
      return;
    }
    Entry& entry = old->second;
    entry.value = whenTrue ? unknownIf(ev, condition, attr.value, entry.value, u.pos)
                           : unknownIf(ev, condition, entry.value, attr.value, u.pos);
    if (entry.condition) entry.condition = ev.unknownBinary(BinaryOp::Or, present, *entry.condition, u.pos);
  };
  for (const Attr& attr : a) {
    if (const Attr* other = b.find(attr.name))
      entries[ev.text(attr.name)] =
          Entry{attr.name, unknownIf(ev, condition, attr.value, other->value, u.pos), std::nullopt};
    else
      addOneSided(attr, true);
  }
  for (const Attr& attr : b)
    if (!a.find(attr.name)) addOneSided(attr, false);
}

}  // namespace

std::optional<std::vector<Entry>> entriesOf(Evaluator& ev, Value set, Pos) {
  std::vector<Value> pieces;
  Value ignored;
  if (!setPieces(ev, set, &pieces, &ignored)) return std::nullopt;
  EntryMap entries;
  for (const Value& piece : pieces) {
    if (piece.is(Tag::Attrs)) {
      addCertain(ev, entries, *piece.attrs);
      continue;
    }
    const Unknown& u = *piece.unknown;
    if (u.op != UnknownOp::If) return std::nullopt;
    const auto a = peek(ev, u.args[1]);
    const auto b = peek(ev, u.args[2]);
    if (!a || !b || !a->is(Tag::Attrs) || !b->is(Tag::Attrs)) return std::nullopt;
    addConditional(ev, entries, u, *a->attrs, *b->attrs);
  }
  std::vector<Entry> out;
  out.reserve(entries.size());
  for (auto& [name, entry] : entries) out.push_back(entry);
  return out;
}

}  // namespace fleetd::lang::prims
