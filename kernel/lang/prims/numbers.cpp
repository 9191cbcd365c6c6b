// Builtins on numbers: add sub mul div lessThan bitAnd bitOr bitXor ceil floor.
#include <cmath>

#include "kernel/lang/prims/support.hpp"

namespace fleetd::lang {

namespace {

using namespace prims;

bool isNumber(const Value& v) { return v.is(Tag::Int) || v.is(Tag::Float); }

// Unlike the operator `+`, add takes numbers only.
Value arithmetic(Evaluator& ev, BinaryOp op, Value* args, Pos pos) {
  for (int i = 0; i < 2; ++i) {
    args[i] = ev.force(args[i]);
    if (args[i].isError()) return args[i];
  }
  const std::string_view wanted = args[0].is(Tag::Float) || args[1].is(Tag::Float) ? "a float" : "an integer";
  for (int i = 0; i < 2; ++i)
    if (!isNumber(args[i]) && !args[i].isUnknown()) return ev.typeError(wanted, args[i], 0);
  if (args[0].isUnknown() || args[1].isUnknown()) return Value::stuck();
  return ev.binary(op, args[0], args[1], pos);
}

template <BinaryOp op>
Value arithmeticPrim(Evaluator& ev, Value* args, Pos pos) {
  return arithmetic(ev, op, args, pos);
}

Value lessThan(Evaluator& ev, Value* args, Pos pos) { return ev.less(args[0], args[1], pos); }

template <class F>
Value bits(Evaluator& ev, Value* args, F combine) {
  Value out;
  if (!wantInt(ev, args[0], &out)) return out;
  if (!wantInt(ev, args[1], &out)) return out;
  return Value::of(combine(args[0].integer, args[1].integer));
}

Value bitAnd(Evaluator& ev, Value* args, Pos) {
  return bits(ev, args, [](std::int64_t a, std::int64_t b) { return a & b; });
}
Value bitOr(Evaluator& ev, Value* args, Pos) {
  return bits(ev, args, [](std::int64_t a, std::int64_t b) { return a | b; });
}
Value bitXor(Evaluator& ev, Value* args, Pos) {
  return bits(ev, args, [](std::int64_t a, std::int64_t b) { return a ^ b; });
}

Value rounded(Evaluator& ev, Value* args, double (*round)(double)) {
  args[0] = ev.force(args[0]);
  const Value v = args[0];
  if (v.isError() || v.is(Tag::Int)) return v;
  if (v.isUnknown()) return Value::stuck();
  if (!v.is(Tag::Float)) return ev.typeError("a float", v, 0);
  const double whole = round(v.real);
  // 2^63 itself is out of range; NaN fails both comparisons.
  if (!(whole >= -0x1p63 && whole < 0x1p63))
    return ev.fail(ErrorKind::Range, 0, "NixFloat argument {:g} is not in the range of NixInt", v.real);
  return Value::of(static_cast<std::int64_t>(whole));
}

Value ceil(Evaluator& ev, Value* args, Pos) { return rounded(ev, args, std::ceil); }
Value floor(Evaluator& ev, Value* args, Pos) { return rounded(ev, args, std::floor); }

constexpr PrimOp kPrims[] = {
    {"add", 2, arithmeticPrim<BinaryOp::Add>, "the sum of two numbers"},
    {"sub", 2, arithmeticPrim<BinaryOp::Sub>, "the difference of two numbers"},
    {"mul", 2, arithmeticPrim<BinaryOp::Mul>, "the product of two numbers"},
    {"div", 2, arithmeticPrim<BinaryOp::Div>, "the quotient of two numbers"},
    {"lessThan", 2, lessThan, "whether the first value sorts before the second"},
    {"bitAnd", 2, bitAnd, "bitwise and of two integers"},
    {"bitOr", 2, bitOr, "bitwise or of two integers"},
    {"bitXor", 2, bitXor, "bitwise exclusive or of two integers"},
    {"ceil", 1, ceil, "the least integer that is not below a number"},
    {"floor", 1, floor, "the greatest integer that is not above a number"},
};

}  // namespace

std::span<const PrimOp> numberPrims() { return kPrims; }

}  // namespace fleetd::lang
