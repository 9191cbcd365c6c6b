// Builtins on functions: functionArgs.
#include "kernel/lang/prims/support.hpp"

namespace fleetd::lang {

namespace {

using namespace prims;

Value functionArgs(Evaluator& ev, Value* args, Pos) {
  args[0] = ev.force(args[0]);
  const Value fn = args[0];
  if (fn.isError()) return fn;
  if (fn.isUnknown()) return Value::stuck();
  if (fn.is(Tag::Prim) || fn.is(Tag::PrimApp)) return Value::of(ev.newBindings(0));
  if (!fn.is(Tag::Lambda)) return ev.failText(ErrorKind::Type, 0, "'functionArgs' requires a function");
  const ExprLambda& lambda = *fn.closure->lambda;
  Bindings* out = ev.newBindings(static_cast<std::uint32_t>(lambda.formals.size()));
  for (std::size_t i = 0; i < lambda.formals.size(); ++i) {
    const Formal& formal = lambda.formals[i];
    out->items[i] = {formal.name, formal.pos, Value::of(formal.fallback != nullptr)};
  }
  return Value::of(out);
}

constexpr PrimOp kPrims[] = {
    {"functionArgs", 1, functionArgs, "the formal arguments of a function and whether they have defaults"},
};

}  // namespace

std::span<const PrimOp> functionPrims() { return kPrims; }

}  // namespace fleetd::lang
