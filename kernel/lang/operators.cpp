// Operators: arithmetic, strings and paths, lists, truth values with their short cuts.
#include "kernel/lang/evaluator.hpp"
#include "kernel/lang/unknown.hpp"

namespace fleetd::lang {

namespace {

std::string_view primName(BinaryOp op) {
  switch (op) {
    case BinaryOp::Sub: return "while calling the 'sub' builtin";
    case BinaryOp::Mul: return "while calling the 'mul' builtin";
    case BinaryOp::Div: return "while calling the 'div' builtin";
    default: return "while calling the 'add' builtin";
  }
}

Value overflow(Evaluator& ev, BinaryOp op, std::int64_t a, std::int64_t b) {
  const char* sign = op == BinaryOp::Add ? "+" : op == BinaryOp::Sub ? "-" : op == BinaryOp::Mul ? "*" : "/";
  const char* word = op == BinaryOp::Add   ? "adding"
                     : op == BinaryOp::Sub ? "subtracting"
                     : op == BinaryOp::Mul ? "multiplying"
                                           : "dividing";
  return ev.fail(ErrorKind::Overflow, 0, "integer overflow in {} {} {} {}", word, a, sign, b);
}

Value integers(Evaluator& ev, BinaryOp op, std::int64_t a, std::int64_t b) {
  std::int64_t out = 0;
  bool bad = false;
  switch (op) {
    case BinaryOp::Add: bad = __builtin_add_overflow(a, b, &out); break;
    case BinaryOp::Sub: bad = __builtin_sub_overflow(a, b, &out); break;
    case BinaryOp::Mul: bad = __builtin_mul_overflow(a, b, &out); break;
    default:
      if (b == 0) return ev.failText(ErrorKind::Overflow, 0, "division by zero");
      if (b == -1 && a == INT64_MIN)
        bad = true;
      else
        out = a / b;
  }
  return bad ? overflow(ev, op, a, b) : Value::of(out);
}

Value arithmetic(Evaluator& ev, BinaryOp op, Value a, Value b, Pos pos) {
  auto frame = [&](Value error) { return ev.addFrame(error, pos, primName(op)); };
  auto number = [](Value v) { return v.is(Tag::Int) || v.is(Tag::Float) || v.isUnknown(); };
  if (!number(a)) return frame(ev.typeError("an integer", a, 0));
  if (!number(b)) return frame(ev.typeError(a.is(Tag::Float) ? "a float" : "an integer", b, 0));
  if (a.isUnknown() || b.isUnknown()) return ev.unknownBinary(op, a, b, pos);
  if (a.is(Tag::Int) && b.is(Tag::Int)) {
    const Value result = integers(ev, op, a.integer, b.integer);
    return result.isError() ? frame(result) : result;
  }
  const double x = a.is(Tag::Int) ? static_cast<double>(a.integer) : a.real;
  const double y = b.is(Tag::Int) ? static_cast<double>(b.integer) : b.real;
  switch (op) {
    case BinaryOp::Add: return Value::of(x + y);
    case BinaryOp::Sub: return Value::of(x - y);
    case BinaryOp::Mul: return Value::of(x * y);
    default:
      if (y == 0) return frame(ev.failText(ErrorKind::Overflow, 0, "division by zero"));
      return Value::of(x / y);
  }
}

// `a + b` by the type of a: numbers add, paths and strings append; everything else must coerce to a string.
Value add(Evaluator& ev, Value a, Value b, Pos left, Pos right) {
  if (a.is(Tag::Int) || a.is(Tag::Float)) {
    if (b.is(Tag::Int) || b.is(Tag::Float)) {
      if (a.is(Tag::Int) && b.is(Tag::Int)) {
        const Value result = integers(ev, BinaryOp::Add, a.integer, b.integer);
        return result.isError() ? ev.addFrame(result, right, primName(BinaryOp::Add)) : result;
      }
      return arithmetic(ev, BinaryOp::Add, a, b, right);
    }
    if (b.isUnknown()) return ev.unknownBinary(BinaryOp::Add, a, b, left);
    return ev.fail(ErrorKind::Type, right, "cannot add {} to {}", ev.typeName(b), ev.typeName(a));
  }
  if (a.isUnknown()) {
    // A flake is known as text; only a string can follow a string part; an unknown alone may be a number or a path.
    if (a.unknown->op == UnknownOp::Binary) a = ev.coerceToString(a, Evaluator::Coerce::Interpolate, left);
    if (a.isError()) return a;
    if (a.unknown->op != UnknownOp::Interp && a.unknown->op != UnknownOp::StorePath)
      return ev.unknownBinary(BinaryOp::Add, a, b, left);
    const Value text = ev.coerceToString(b, Evaluator::Coerce::Interpolate, right);
    const Value parts[] = {a, text};
    return ev.joinStrings(parts, left, a.unknown->op == UnknownOp::Interp && a.unknown->name);
  }
  const bool isPath = a.is(Tag::Path);
  const Value first = isPath ? Value::text(a.string()) : ev.coerceToString(a, Evaluator::Coerce::Interpolate, left);
  if (first.isError()) return first;
  const Value second = ev.coerceToString(b, isPath ? Evaluator::Coerce::Plain : Evaluator::Coerce::Interpolate, right);
  if (second.isError()) return second;
  if (isPath)
    if (const StringContext* context = ev.contextOf(second); context && !context->elements.empty())
      return ev.failText(ErrorKind::Type, right, "a string that refers to a store path cannot be appended to a path");
  const Value parts[] = {first, second};
  return ev.joinStrings(parts, left, isPath);
}

Value negated(Evaluator& ev, Value v, Pos pos) {
  if (v.isError()) return v;
  return v.isUnknown() ? unknownNot(ev, v, pos) : Value::of(!v.boolean());
}

}  // namespace

Value Evaluator::truth(Value v, Pos pos, std::string_view what) {
  if (v.is(Tag::Bool) || v.isError() || v.isUnknown()) return v;
  return addFrame(typeError("a Boolean", v, pos), pos, what);
}

Value Evaluator::concat(Value a, Value b, Pos pos) {
  a = force(a);
  b = a.isError() ? b : force(b);
  for (const Value& v : {a, b}) {
    if (v.isError()) return v;
    if (!v.is(Tag::List) && !v.isUnknown())
      return addFrame(typeError("a list", v, 0), pos, "while evaluating one of the elements to concatenate");
  }
  if (a.is(Tag::List) && a.aux == 0) return b;
  if (b.is(Tag::List) && b.aux == 0) return a;
  if (a.isUnknown() || b.isUnknown()) return unknownBinary(BinaryOp::Concat, a, b, pos);
  auto out = newList(a.aux + b.aux);
  std::copy(a.list().begin(), a.list().end(), out.begin());
  std::copy(b.list().begin(), b.list().end(), out.begin() + a.aux);
  return Value::list(out);
}

Value Evaluator::binary(BinaryOp op, Value a, Value b, Pos pos) {
  switch (op) {
    case BinaryOp::Eq: return equal(a, b, pos);
    case BinaryOp::Neq: return negated(*this, equal(a, b, pos), pos);
    case BinaryOp::Lt: return less(a, b, pos);
    case BinaryOp::Gt: return less(b, a, pos);
    case BinaryOp::Leq: return negated(*this, less(b, a, pos), pos);
    case BinaryOp::Geq: return negated(*this, less(a, b, pos), pos);
    case BinaryOp::Concat: return concat(a, b, pos);
    case BinaryOp::Update: return update(a, b, pos);
    case BinaryOp::Or:
    case BinaryOp::And:
    case BinaryOp::Implies: {
      a = truth(force(a), pos, "in the left operand of a logical operator");
      if (a.isError()) return a;
      if (a.isUnknown()) return unknownBinary(op, a, b, pos);
      if (op == BinaryOp::Or && a.boolean()) return a;
      if (op == BinaryOp::And && !a.boolean()) return a;
      if (op == BinaryOp::Implies && !a.boolean()) return Value::of(true);
      return truth(force(b), pos, "in the right operand of a logical operator");
    }
    default: break;
  }
  a = force(a);
  if (a.isError()) return a;
  b = force(b);
  if (b.isError()) return b;
  return op == BinaryOp::Add ? add(*this, a, b, pos, pos) : arithmetic(*this, op, a, b, pos);
}

Value Evaluator::evalBinary(const ExprBinary* expr, Env* env) {
  switch (expr->op) {
    case BinaryOp::And:
    case BinaryOp::Or:
    case BinaryOp::Implies: {
      const bool isAnd = expr->op == BinaryOp::And;
      const std::string_view sign = isAnd ? "AND (&&)" : expr->op == BinaryOp::Or ? "OR (||)" : "IMPL (->)";
      Value left = eval(expr->left, env);
      if (!left.is(Tag::Bool) && !left.isError() && !left.isUnknown())
        left = truth(left, expr->opPos, arena().copy(fmt::format("in the left operand of the {} operator", sign)));
      if (left.isError()) return left;
      if (left.isUnknown()) return unknownBinary(expr->op, left, thunk(expr->right, env), expr->opPos);
      if (expr->op == BinaryOp::Implies && !left.boolean()) return Value::of(true);
      if (expr->op != BinaryOp::Implies && left.boolean() != isAnd) return left;
      const Value right = eval(expr->right, env);
      if (right.is(Tag::Bool) || right.isError() || right.isUnknown()) return right;
      return truth(right, expr->opPos, arena().copy(fmt::format("in the right operand of the {} operator", sign)));
    }
    case BinaryOp::Update:
    case BinaryOp::Concat: {
      const Value left = eval(expr->left, env);
      if (left.isError()) return left;
      const Value right = eval(expr->right, env);
      return binary(expr->op, left, right, expr->opPos);
    }
    case BinaryOp::Add: {
      const Value left = eval(expr->left, env);
      if (left.isError()) return left;
      const Value right = eval(expr->right, env);
      if (right.isError()) return right;
      return add(*this, left, right, expr->left->pos, expr->right->pos);
    }
    default: return binary(expr->op, thunk(expr->left, env), thunk(expr->right, env), expr->opPos);
  }
}

}  // namespace fleetd::lang
