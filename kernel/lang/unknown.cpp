// The symbolic rules of design §7: making unknown values and asking them for what is known.
#include "kernel/lang/unknown.hpp"

#include <algorithm>

namespace fleetd::lang {

namespace {

constexpr int kMaxDepth = 200;  // how far questions follow nested operations before they answer "unknown"

Value lazySelect(Evaluator& ev, Value set, Symbol name, const Value* fallback, Pos pos) {
  struct Pick {
    Value set;
    Value fallback;
    Symbol name;
    Pos pos;
    bool hasFallback;
  };
  auto* pick = ev.arena().make<Pick>(Pick{set, fallback ? *fallback : Value(), name, pos, fallback != nullptr});
  return ev.nativeThunk(
      [](Evaluator& self, void* raw) {
        auto* p = static_cast<Pick*>(raw);
        return p->hasFallback ? self.selectOr(p->set, p->name, p->fallback, p->pos)
                              : self.select(p->set, p->name, p->pos);
      },
      pick);
}

Value residualSelect(Evaluator& ev, Value set, Symbol name, const Value* fallback, Pos pos) {
  const Value parts[] = {set, fallback ? *fallback : Value()};
  return ev.unknown(fallback ? UnknownOp::SelectOr : UnknownOp::Select, std::span(parts, fallback ? 2 : 1), pos, name);
}

bool sameScalar(Value a, Value b) {
  if (a.tag != b.tag) return false;
  switch (a.tag) {
    case Tag::Null: return true;
    case Tag::Bool: return a.aux == b.aux;
    case Tag::Int: return a.integer == b.integer;
    case Tag::String: return !(a.flags & kHasContext) && !(b.flags & kHasContext) && a.string() == b.string();
    case Tag::Path: return a.string() == b.string();
    default: return false;
  }
}

std::optional<KnownNames> namesOf(Evaluator& ev, Value set, int depth);

// a // b: the right side decides when it is known whether it has the name; under a condition the selection follows each
// case.
Value selectUpdate(Evaluator& ev, const Unknown& u, Value whole, Symbol name, const Value* fallback, Pos pos) {
  const Value right = ev.force(u.args[1]);
  if (right.isError()) return right;
  const Value has = ev.hasAttr(right, name, pos);
  if (has.isError()) return has;
  if (has.isTrue()) return ev.select(right, name, pos);
  if (has.isFalse()) return fallback ? ev.selectOr(u.args[0], name, *fallback, pos) : ev.select(u.args[0], name, pos);
  if (right.isUnknown() && right.unknown->op == UnknownOp::If) {
    const Value* branch = right.unknown->args;
    const Value then = ev.unknownBinary(BinaryOp::Update, u.args[0], branch[1], u.pos);
    const Value otherwise = ev.unknownBinary(BinaryOp::Update, u.args[0], branch[2], u.pos);
    const Value parts[] = {branch[0], lazySelect(ev, then, name, fallback, pos),
                           lazySelect(ev, otherwise, name, fallback, pos)};
    return ev.unknown(UnknownOp::If, parts, pos);
  }
  return residualSelect(ev, whole, name, fallback, pos);
}

}  // namespace

Value Evaluator::unknown(UnknownOp op, std::span<const Value> args, Pos pos, Symbol name) {
  auto* u = arena().make<Unknown>();
  u->op = op;
  u->count = static_cast<std::uint32_t>(args.size());
  u->name = name;
  u->pos = pos;
  u->args = arena().copy(args).data();
  return Value::of(u);
}

Value Evaluator::unknownRoot(std::string_view name, Pos pos) { return unknown(UnknownOp::Root, {}, pos, symbol(name)); }

Value Evaluator::unknownPrim(const PrimOp* prim, std::span<const Value> args, Pos pos) {
  const Value v = unknown(UnknownOp::Prim, args, pos);
  v.unknown->prim = prim;
  return v;
}

Value Evaluator::unknownBinary(BinaryOp op, Value a, Value b, Pos pos) {
  const Value parts[] = {a, b};
  const Value v = unknown(UnknownOp::Binary, parts, pos);
  v.unknown->binary = op;
  // `{ } // x` and `[ ] ++ x` come up in folds; keep them small.
  if (op == BinaryOp::Update && b.is(Tag::Attrs) && b.attrs->size == 0 && a.isUnknown()) return a;
  return v;
}

Value unknownNot(Evaluator& ev, Value v, Pos pos) {
  if (v.unknown->op == UnknownOp::Not) return ev.force(v.unknown->args[0]);
  return ev.unknown(UnknownOp::Not, std::span<const Value>(&v, 1), pos);
}

Value foldIf(Evaluator& ev, Value condition, Value then, Value otherwise, Pos pos) {
  if (then.isError() && otherwise.isError()) return then;
  if (then.isError()) return otherwise;
  if (otherwise.isError()) return then;
  if (sameScalar(then, otherwise)) return then;
  if (then.isTrue() && otherwise.isFalse()) return condition;
  if (then.isFalse() && otherwise.isTrue()) return unknownNot(ev, condition, pos);
  const Value parts[] = {condition, then, otherwise};
  return ev.unknown(UnknownOp::If, parts, pos);
}

Value selectUnknown(Evaluator& ev, Value set, Symbol name, const Value* fallback, Pos pos) {
  const Unknown& u = *set.unknown;
  switch (u.op) {
    case UnknownOp::If: {
      const Value parts[] = {u.args[0], lazySelect(ev, u.args[1], name, fallback, pos),
                             lazySelect(ev, u.args[2], name, fallback, pos)};
      return ev.unknown(UnknownOp::If, parts, pos);
    }
    case UnknownOp::Assert: {
      const Value parts[] = {u.args[0], lazySelect(ev, u.args[1], name, fallback, pos)};
      return ev.unknown(UnknownOp::Assert, parts, pos);
    }
    case UnknownOp::Binary:
      if (u.binary == BinaryOp::Update) return selectUpdate(ev, u, set, name, fallback, pos);
      break;
    case UnknownOp::Attrs:
      // A computed name that clashes with a written one is an error in Nix, so the written attribute is certain.
      if (Attr* attr = u.args[0].attrs->find(name)) return ev.force(attr->value);
      break;
    default: break;
  }
  return residualSelect(ev, set, name, fallback, pos);
}

Value hasAttrUnknown(Evaluator& ev, Value set, Symbol name, Pos pos) {
  const Unknown& u = *set.unknown;
  Value error;
  switch (u.op) {
    case UnknownOp::If: {
      if (!ev.enter(pos, &error)) return error;
      const Value then = ev.hasAttr(u.args[1], name, pos);
      const Value otherwise = ev.hasAttr(u.args[2], name, pos);
      ev.leave();
      return foldIf(ev, u.args[0], then, otherwise, pos);
    }
    case UnknownOp::Binary:
      if (u.binary == BinaryOp::Update) {
        if (!ev.enter(pos, &error)) return error;
        const Value right = ev.hasAttr(u.args[1], name, pos);
        Value result = right;
        if (!right.isError() && !right.isTrue()) {
          const Value left = ev.hasAttr(u.args[0], name, pos);
          if (left.isTrue() || left.isError() || right.isFalse())
            result = left;
          else
            result = left.isFalse() ? right : ev.unknownBinary(BinaryOp::Or, right, left, pos);
        }
        ev.leave();
        return result;
      }
      break;
    case UnknownOp::Attrs:
      if (u.args[0].attrs->find(name)) return Value::of(true);
      break;
    case UnknownOp::Assert: return ev.hasAttr(u.args[1], name, pos);
    case UnknownOp::Interp:
    case UnknownOp::StorePath:
    case UnknownOp::Not: return Value::of(false);
    default: break;
  }
  return ev.unknown(UnknownOp::HasAttr, std::span<const Value>(&set, 1), pos, name);
}

namespace {

std::optional<KnownNames> namesOf(Evaluator& ev, Value set, int depth) {
  set = ev.force(set);
  if (set.is(Tag::Attrs)) return KnownNames{set.attrs, false};
  if (!set.isUnknown() || depth > kMaxDepth) return std::nullopt;
  const Unknown& u = *set.unknown;
  if (u.op == UnknownOp::Attrs) return KnownNames{u.args[0].attrs, true};
  if (u.op == UnknownOp::Assert) return namesOf(ev, u.args[1], depth + 1);
  if (u.op == UnknownOp::If) {
    // Names both branches have are certain; anything else is open.
    const auto a = namesOf(ev, u.args[1], depth + 1);
    const auto b = namesOf(ev, u.args[2], depth + 1);
    if (!a || !b) return std::nullopt;
    std::vector<Attr> both;
    for (const Attr& attr : *a->known)
      if (b->known->find(attr.name))
        both.push_back({attr.name, attr.pos, lazySelect(ev, set, attr.name, nullptr, u.pos)});
    const bool same = both.size() == a->known->size && both.size() == b->known->size;
    return KnownNames{ev.attrs(both).attrs, !same || a->open || b->open};
  }
  if (u.op != UnknownOp::Binary || u.binary != BinaryOp::Update) return std::nullopt;
  const auto left = namesOf(ev, u.args[0], depth + 1);
  const auto right = namesOf(ev, u.args[1], depth + 1);
  if (!left && !right) return std::nullopt;
  std::vector<Attr> all;
  if (left)
    for (const Attr& attr : *left->known)
      if (!right || !right->known->find(attr.name))
        all.push_back(
            {attr.name, attr.pos, right && !right->open ? attr.value : lazySelect(ev, set, attr.name, nullptr, u.pos)});
  if (right) all.insert(all.end(), right->known->begin(), right->known->end());
  return KnownNames{ev.attrs(all).attrs, !left || !right || left->open || right->open};
}

}  // namespace

std::optional<KnownNames> knownNames(Evaluator& ev, Value set) { return namesOf(ev, set, 0); }

std::optional<Reference> asReference(Evaluator& ev, Value v) {
  Reference out;
  for (;;) {
    if (!v.isUnknown()) return std::nullopt;
    if (v.unknown->op == UnknownOp::Root) break;
    if (v.unknown->op != UnknownOp::Select) return std::nullopt;
    out.path.push_back(v.unknown->name);
    v = v.unknown->args[0];
    if (v.isThunk()) v = v.thunk->value;
  }
  std::reverse(out.path.begin(), out.path.end());
  out.root = ev.text(v.unknown->name);
  return out;
}

}  // namespace fleetd::lang
