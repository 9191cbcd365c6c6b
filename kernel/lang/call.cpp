// Function application: lambdas, builtins, functors, residual calls.
#include <algorithm>

#include "kernel/base/suggest.hpp"
#include "kernel/lang/evaluator.hpp"
#include "kernel/lang/unknown.hpp"

namespace fleetd::lang {

namespace {

std::string functionName(Evaluator& ev, const ExprLambda* lambda) {
  return lambda->name ? std::string(ev.text(lambda->name)) : std::string("anonymous lambda");
}

const Formal* findFormal(const ExprLambda* lambda, Symbol name) {
  std::size_t low = 0, high = lambda->formals.size();
  while (low < high) {
    const std::size_t mid = (low + high) / 2;
    if (lambda->formals[mid].name < name)
      low = mid + 1;
    else
      high = mid;
  }
  return low < lambda->formals.size() && lambda->formals[low].name == name ? &lambda->formals[low] : nullptr;
}

Value unexpected(Evaluator& ev, const ExprLambda* lambda, Symbol name) {
  std::vector<std::string_view> names;
  for (const Formal& formal : lambda->formals) names.push_back(ev.text(formal.name));
  std::sort(names.begin(), names.end());
  const auto best = base::nearestNames(ev.text(name), names, 1, 2);
  const std::string hint = best.empty() ? std::string() : fmt::format("Did you mean {}?", best.front());
  return ev.failText(
      ErrorKind::Arguments, lambda->pos,
      fmt::format("function '{}' called with unexpected argument '{}'", functionName(ev, lambda), ev.text(name)),
      ev.arena().copy(std::string_view(hint)));
}

// Fills the slots of the formals from a known set. Null-like result (tag Null) means success.
Value bindKnown(Evaluator& ev, const ExprLambda* lambda, Bindings* args, Env* env, std::uint32_t first) {
  std::uint32_t used = 0;
  for (std::uint32_t i = 0; i < lambda->formals.size(); ++i) env->slots[first + i].tag = Tag::Pending;
  for (std::uint32_t i = 0; i < lambda->formals.size(); ++i) {
    const Formal& formal = lambda->formals[i];
    if (const Attr* attr = args->find(formal.name)) {
      env->slots[first + i] = attr->value;
      ++used;
    } else if (formal.fallback) {
      env->slots[first + i] = ev.thunk(formal.fallback, env);
    } else {
      return ev.fail(ErrorKind::Arguments, lambda->pos, "function '{}' called without required argument '{}'",
                     functionName(ev, lambda), ev.text(formal.name));
    }
  }
  if (!lambda->ellipsis && used != args->size)
    for (const Attr* attr : ev.sortedByName(args))
      if (!findFormal(lambda, attr->name)) return unexpected(ev, lambda, attr->name);
  return {};
}

void bindUnknown(Evaluator& ev, const ExprLambda* lambda, Value arg, Env* env, std::uint32_t first) {
  struct Pick {
    Value set;
    Symbol name;
    const Expr* fallback;
    Env* env;
    Pos pos;
  };
  for (std::uint32_t i = 0; i < lambda->formals.size(); ++i) {
    const Formal& formal = lambda->formals[i];
    auto* pick = ev.arena().make<Pick>(Pick{arg, formal.name, formal.fallback, env, formal.pos});
    env->slots[first + i] = ev.nativeThunk(
        [](Evaluator& self, void* raw) {
          auto* p = static_cast<Pick*>(raw);
          if (!p->fallback) return selectUnknown(self, p->set, p->name, nullptr, p->pos);
          const Value fallback = self.thunk(p->fallback, p->env);
          return selectUnknown(self, p->set, p->name, &fallback, p->pos);
        },
        pick);
  }
}

}  // namespace

Value Evaluator::callLambda(Closure* closure, Value arg, Pos pos) {
  const ExprLambda* lambda = closure->lambda;
  Value error;
  if (!enter(pos, &error)) return error;
  Env* env = newEnv(closure->env, lambda->slots(), lambda->hoists);
  std::uint32_t first = 0;
  if (lambda->arg) env->slots[first++] = arg;
  if (lambda->hasFormals) {
    const Value set = force(arg);
    if (set.is(Tag::Attrs)) {
      const Value bound = bindKnown(*this, lambda, set.attrs, env, first);
      if (bound.isError()) {
        leave();
        return addFrame(bound, pos, "from call site");
      }
    } else if (set.isUnknown()) {
      bindUnknown(*this, lambda, set, env, first);
    } else {
      leave();
      return set.isError() ? set
                           : addFrame(typeError("a set", set, 0), lambda->pos,
                                      "while evaluating the value passed for the lambda argument");
    }
  }
  const Value result = eval(lambda->body, env);
  leave();
  return result;
}

Value Evaluator::callPrim(const PrimOp* prim, Value* args, Pos pos) {
  Value error;
  if (!enter(pos, &error)) return error;
  Value result = prim->run(*this, args, pos);
  leave();
  if (result.isStuck()) return unknownPrim(prim, std::span<const Value>(args, prim->arity), pos);
  result = force(result);
  if (result.isError() && !result.error->pos && !result.error->frames)
    return addFrame(result, pos, arena().copy(fmt::format("while calling the '{}' builtin", prim->name)));
  return result;
}

Value Evaluator::call(Value fn, Value arg, Pos pos) {
  fn = force(fn);
  switch (fn.tag) {
    case Tag::Lambda: return callLambda(fn.closure, arg, pos);
    case Tag::Prim:
      if (fn.prim->arity == 1) return callPrim(fn.prim, &arg, pos);
      return primApp(fn.prim, {arg});
    case Tag::PrimApp: {
      const PrimApp* app = fn.app;
      Value args[8];
      std::copy(app->args, app->args + app->count, args);
      args[app->count] = arg;
      if (app->count + 1 == app->prim->arity) return callPrim(app->prim, args, pos);
      PrimApp* more = primApp(app->prim, {Value(), Value(), Value(), Value(), Value(), Value(), Value(), Value()}).app;
      std::copy(args, args + app->count + 1, more->args);
      more->count = app->count + 1;
      return Value::of(more);
    }
    case Tag::Attrs:
      if (const Attr* functor = fn.attrs->find(names_.functor)) {
        const Value self = call(functor->value, fn, pos);
        if (self.isError())
          return addFrame(self, pos, "while calling a functor (an attribute set with a '__functor' attribute)");
        return call(self, arg, pos);
      }
      break;
    case Tag::Unknown: {
      const Value parts[] = {fn, arg};
      return unknown(UnknownOp::Call, parts, pos);
    }
    case Tag::Error: return fn;
    default: break;
  }
  return fail(ErrorKind::Type, pos, "attempt to call something which is not a function but {}: {}", typeName(fn),
              show(fn));
}

Value Evaluator::call(Value fn, std::initializer_list<Value> args, Pos pos) {
  for (const Value& arg : args) {
    fn = call(fn, arg, pos);
    if (fn.isError()) return fn;
  }
  return force(fn);
}

Value Evaluator::evalCall(const ExprCall* expr, Env* env) {
  Value fn = eval(expr->function, env);
  std::size_t i = 0;
  if (fn.is(Tag::Prim) && fn.prim->arity <= expr->args.size() && fn.prim->arity > 1) {
    Value args[8];
    for (; i < fn.prim->arity; ++i) args[i] = thunk(expr->args[i], env);
    fn = callPrim(fn.prim, args, expr->pos);
  }
  for (; i < expr->args.size(); ++i) {
    if (fn.isError()) return fn;
    fn = call(fn, thunk(expr->args[i], env), expr->pos);
  }
  return fn;
}

}  // namespace fleetd::lang
