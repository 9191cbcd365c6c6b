// Natives about functions, numbers and truth values: id const flip pipe min max boolToString.
#include "kernel/lang/lib/natives.hpp"

namespace fleetd::lang::lib {

namespace {

using namespace prims;

Value id(Evaluator& ev, Value* args, Pos) { return ev.force(args[0]); }
Value constant(Evaluator& ev, Value* args, Pos) { return ev.force(args[0]); }
Value flip(Evaluator& ev, Value* args, Pos pos) { return ev.call(args[0], {args[2], args[1]}, pos); }

Value pipe(Evaluator& ev, Value* args, Pos pos) {
  Value out;
  if (!wantList(ev, args[1], &out)) return out;
  Value result = args[0];
  for (const Value& function : args[1].list()) {
    result = ev.call(function, result, pos);
    if (result.isError()) return result;
  }
  return ev.force(result);
}

Value smaller(Evaluator& ev, Value* args, Pos pos) {
  const Value less = ev.less(args[0], args[1], pos);
  return less.isError() ? less : choose(ev, less, args[0], args[1], pos);
}

Value larger(Evaluator& ev, Value* args, Pos pos) {
  const Value less = ev.less(args[1], args[0], pos);
  return less.isError() ? less : choose(ev, less, args[0], args[1], pos);
}

Value boolToString(Evaluator& ev, Value* args, Pos pos) {
  return choose(ev, args[0], Value::text("true"), Value::text("false"), pos);
}

constexpr PrimOp kPrims[] = {
    {"lib.id", 1, id, "the value itself"},
    {"lib.const", 2, constant, "the first value, whatever the second is"},
    {"lib.flip", 3, flip, "a function with its two arguments exchanged"},
    {"lib.pipe", 2, pipe, "a value passed through functions, first to last"},
    {"lib.min", 2, smaller, "the smaller of two values"},
    {"lib.max", 2, larger, "the larger of two values"},
    {"lib.boolToString", 1, boolToString, "\"true\" or \"false\""},
};

}  // namespace

std::span<const PrimOp> functionNatives() { return kPrims; }

}  // namespace fleetd::lang::lib
