// Equality and order, three-valued: a structural difference in the known parts decides, whatever the unknown parts are.
#include "kernel/lang/evaluator.hpp"
#include "kernel/lang/unknown.hpp"

namespace fleetd::lang {

namespace {

double asReal(Value v) { return v.is(Tag::Int) ? static_cast<double>(v.integer) : v.real; }
bool isNumber(Value v) { return v.is(Tag::Int) || v.is(Tag::Float); }

// Cheap identity: containers compare elements by identity before asking for their values.
bool identical(Value a, Value b) {
  if (a.tag != b.tag) return false;
  switch (a.tag) {
    case Tag::Thunk: return a.thunk == b.thunk;
    case Tag::Lambda: return a.closure == b.closure;
    case Tag::Prim: return a.prim == b.prim;
    case Tag::PrimApp: return a.app == b.app;
    case Tag::Attrs: return a.attrs == b.attrs;
    case Tag::List: return a.aux == b.aux && (a.elements == b.elements || a.aux == 0);
    case Tag::Unknown: return a.unknown == b.unknown;
    default: return false;
  }
}

bool isDerivation(Evaluator& ev, Value v) {
  const Attr* type = v.attrs->find(ev.names().drvType);
  if (!type) return false;
  const Value t = ev.force(type->value);
  return t.is(Tag::String) && t.string() == "derivation";
}

Value elementEqual(Evaluator& ev, Value a, Value b, Pos pos) {
  if (identical(a, b)) return Value::of(true);
  const Value fa = ev.force(a);
  const Value fb = ev.force(b);
  if (fa.isFunction() && fb.isFunction() && identical(fa, fb)) return Value::of(true);
  return ev.equal(fa, fb, pos);
}

// Combines the answers of the elements: a known false decides; an error counts unless something before it was unknown.
struct Conjunction {
  bool sawUnknown = false;
  Value decided;
  bool done = false;
  void add(Value v) {
    if (v.isError()) {
      if (!sawUnknown) decided = v;
      done = !sawUnknown;
    } else if (v.isUnknown()) {
      sawUnknown = true;
    } else if (!v.boolean()) {
      decided = v;
      done = true;
    }
  }
  Value result(Evaluator& ev, Value a, Value b, Pos pos) const {
    if (done) return decided;
    return sawUnknown ? ev.unknownBinary(BinaryOp::Eq, a, b, pos) : Value::of(true);
  }
};

Value equalSets(Evaluator& ev, Value a, Value b, Pos pos) {
  if (isDerivation(ev, a) && isDerivation(ev, b)) {
    const Attr* pa = a.attrs->find(ev.names().outPath);
    const Attr* pb = b.attrs->find(ev.names().outPath);
    if (pa && pb) return ev.equal(pa->value, pb->value, pos);
  }
  if (a.attrs->size != b.attrs->size) return Value::of(false);
  for (std::uint32_t i = 0; i < a.attrs->size; ++i)
    if (a.attrs->items[i].name != b.attrs->items[i].name) return Value::of(false);
  Conjunction all;
  for (std::uint32_t i = 0; i < a.attrs->size && !all.done; ++i)
    all.add(elementEqual(ev, a.attrs->items[i].value, b.attrs->items[i].value, pos));
  return all.result(ev, a, b, pos);
}

// A known list against an unknown concatenation: too few elements for the known segments means different.
std::uint64_t leastLength(Evaluator& ev, Value v) {
  v = ev.force(v);
  if (v.is(Tag::List)) return v.aux;
  if (v.isUnknown() && v.unknown->op == UnknownOp::Binary && v.unknown->binary == BinaryOp::Concat)
    return leastLength(ev, v.unknown->args[0]) + leastLength(ev, v.unknown->args[1]);
  return 0;
}

// The kind of value an unknown must be when it is one at all, or Null when that is open.
Tag certainTag(Value v) {
  if (!v.isUnknown()) return v.tag;
  switch (v.unknown->op) {
    case UnknownOp::Interp: return v.unknown->name ? Tag::Path : Tag::String;
    case UnknownOp::StorePath: return Tag::String;
    case UnknownOp::HasAttr:
    case UnknownOp::DynHasAttr:
    case UnknownOp::Not: return Tag::Bool;
    case UnknownOp::Attrs: return Tag::Attrs;
    case UnknownOp::Binary:
      switch (v.unknown->binary) {
        case BinaryOp::Or:
        case BinaryOp::And:
        case BinaryOp::Implies:
        case BinaryOp::Eq:
        case BinaryOp::Neq:
        case BinaryOp::Lt:
        case BinaryOp::Leq:
        case BinaryOp::Gt:
        case BinaryOp::Geq: return Tag::Bool;
        case BinaryOp::Concat: return Tag::List;
        case BinaryOp::Update: return Tag::Attrs;
        case BinaryOp::Add:
        case BinaryOp::Sub:
        case BinaryOp::Mul:
        case BinaryOp::Div: return Tag::Unknown;
      }
      return Tag::Unknown;
    default: return Tag::Unknown;
  }
}

bool namesDiffer(Evaluator& ev, Value a, Value b) {
  const auto na = knownNames(ev, a);
  const auto nb = knownNames(ev, b);
  auto subset = [](const KnownNames& some, const KnownNames& all) {
    for (const Attr& attr : *some.known)
      if (!all.known->find(attr.name)) return false;
    return true;
  };
  if (na && nb && !nb->open && !subset(*na, *nb)) return true;
  return na && nb && !na->open && !subset(*nb, *na);
}

Value equalUnknown(Evaluator& ev, Value a, Value b, Pos pos) {
  const Tag ta = certainTag(a);
  const Tag tb = certainTag(b);
  if (ta != Tag::Unknown && tb != Tag::Unknown && ta != tb) return Value::of(false);
  if (ta == Tag::List && tb == Tag::List) {
    if (a.is(Tag::List) && a.aux < leastLength(ev, b)) return Value::of(false);
    if (b.is(Tag::List) && b.aux < leastLength(ev, a)) return Value::of(false);
  }
  if (ta == Tag::Attrs && tb == Tag::Attrs && namesDiffer(ev, a, b)) return Value::of(false);
  return ev.unknownBinary(BinaryOp::Eq, a, b, pos);
}

Value lessList(Evaluator& ev, Value a, Value b, Pos pos) {
  const auto la = a.list();
  const auto lb = b.list();
  for (std::size_t i = 0;; ++i) {
    if (i == lb.size()) return Value::of(false);
    if (i == la.size()) return Value::of(true);
    const Value same = ev.equal(la[i], lb[i], pos);
    if (same.isError()) return same;
    if (same.isUnknown()) return ev.unknownBinary(BinaryOp::Lt, a, b, pos);
    if (!same.boolean()) return ev.less(la[i], lb[i], pos);
  }
}

}  // namespace

Value Evaluator::equal(Value a, Value b, Pos pos) {
  a = force(a);
  if (a.isError()) return a;
  b = force(b);
  if (b.isError()) return b;
  if (a.isUnknown() || b.isUnknown()) return equalUnknown(*this, a, b, pos);
  if (isNumber(a) && isNumber(b)) {
    if (a.is(Tag::Int) && b.is(Tag::Int)) return Value::of(a.integer == b.integer);
    return Value::of(asReal(a) == asReal(b));
  }
  if (a.tag != b.tag) return Value::of(false);
  switch (a.tag) {
    case Tag::Null: return Value::of(true);
    case Tag::Bool: return Value::of(a.aux == b.aux);
    case Tag::String:
    case Tag::Path: return Value::of(a.string() == b.string());
    case Tag::List: {
      if (a.aux != b.aux) return Value::of(false);
      Value error;
      if (!enter(pos, &error)) return error;
      Conjunction all;
      for (std::size_t i = 0; i < a.aux && !all.done; ++i) all.add(elementEqual(*this, a.list()[i], b.list()[i], pos));
      leave();
      return all.result(*this, a, b, pos);
    }
    case Tag::Attrs: {
      if (a.attrs == b.attrs) return Value::of(true);
      Value error;
      if (!enter(pos, &error)) return error;
      const Value result = equalSets(*this, a, b, pos);
      leave();
      return result;
    }
    case Tag::Native: return Value::of(a.native == b.native);
    default: return Value::of(false);  // functions are never equal
  }
}

Value Evaluator::less(Value a, Value b, Pos pos) {
  a = force(a);
  if (a.isError()) return a;
  b = force(b);
  if (b.isError()) return b;
  if (a.isUnknown() || b.isUnknown()) return unknownBinary(BinaryOp::Lt, a, b, pos);
  if (isNumber(a) && isNumber(b)) {
    if (a.is(Tag::Int) && b.is(Tag::Int)) return Value::of(a.integer < b.integer);
    return Value::of(asReal(a) < asReal(b));
  }
  if (a.tag == b.tag) {
    if (a.is(Tag::String) || a.is(Tag::Path)) return Value::of(a.string() < b.string());
    if (a.is(Tag::List)) return lessList(*this, a, b, pos);
    const Value error = fail(ErrorKind::Type, 0, "cannot compare {} with {}; values of that type are incomparable",
                             typeName(a), typeName(b));
    return addFrame(error, pos, "while calling the 'lessThan' builtin");
  }
  const Value error = fail(ErrorKind::Type, 0, "cannot compare {} with {}; values are {} and {}", typeName(a),
                           typeName(b), show(a), show(b));
  return addFrame(error, pos, "while calling the 'lessThan' builtin");
}

}  // namespace fleetd::lang
