// Evaluation of expressions to weak head normal form.
#include <utility>

#include "kernel/lang/evaluator.hpp"
#include "kernel/lang/scope.hpp"
#include "kernel/lang/unknown.hpp"

namespace fleetd::lang {

namespace {

Env* frame(Env* env, std::uint32_t level) {
  for (; level > 0; --level) env = env->up;
  return env;
}

// A cycle has no place of its own: it is reported at the innermost variable that closes it.
Value placed(Evaluator& ev, Value v, const Expr* expr) {
  if (v.isError() && v.error->kind == ErrorKind::InfiniteRecursion && v.error->pos == 0) {
    auto* copy = ev.arena().make<EvalError>(*v.error);
    copy->pos = expr->pos;
    copy->end = expr->end;
    return Value::of(copy);
  }
  return v;
}

}  // namespace

Value Evaluator::thunk(const Expr* expr, Env* env) {
  switch (expr->kind) {
    case ExprKind::Int: return Value::of(static_cast<const ExprInt*>(expr)->value);
    case ExprKind::Float: return Value::of(static_cast<const ExprFloat*>(expr)->value);
    case ExprKind::String: return Value::text(static_cast<const ExprString*>(expr)->text);
    case ExprKind::Path: return Value::path(static_cast<const ExprPath*>(expr)->path);
    case ExprKind::Global: return globals_[static_cast<const ExprVar*>(expr)->index];
    case ExprKind::Local: {
      const auto* var = static_cast<const ExprVar*>(expr);
      const Value slot = frame(env, var->level)->slots[var->index];
      // A slot of a frame that is still being filled reads as Pending: refer to it through a cell then.
      if (slot.tag != Tag::Pending) return slot;
      break;
    }
    case ExprKind::Lambda: return Value::of(arena().make<Closure>(Closure{static_cast<const ExprLambda*>(expr), env}));
    case ExprKind::List:
      if (static_cast<const ExprList*>(expr)->elements.empty()) return Value::list({});
      break;
    default: break;
  }
  return expr->hoistUp == 0 ? newCell(expr, env, mark_) : hoisted(expr, env);
}

Value Evaluator::newCell(const Expr* expr, Env* env, std::uint16_t mark) {
  auto* cell = static_cast<Thunk*>(arena().allocate(sizeof(Thunk), alignof(Thunk)));
  new (&cell->value) Value();
  cell->value.tag = Tag::Pending;
  cell->value.spare = mark;
  cell->expr = expr;
  cell->env = env;
  cell->native = nullptr;
  return Value::of(cell);
}

// The cell lives as long as the frame that keeps it. Its own frames are those from there on outwards; the ones between,
// which it does not look at, are empty.
Value Evaluator::hoisted(const Expr* expr, Env* env) {
  Env* keeper = frame(env, expr->hoistUp);
  Value& slot = keeper->slots[keeper->size + expr->hoistSlot];
  if (slot.tag == Tag::Stuck) {
    base::Arena* outer = arena_;
    if (!keeper->isPrivate) useArena(&own_);
    Env* inner = keeper;
    for (std::uint16_t i = 0; i < expr->hoistUp; ++i) inner = newEnv(inner, 0);
    slot = newCell(expr, inner, keeper->isPrivate ? kPrivate : std::uint16_t{0});
    useArena(outer);
  }
  return slot;
}

Value Evaluator::forceThunk(Thunk* cell) {
  if (cell->value.tag != Tag::Pending) {
    if (cell->value.tag == Tag::Running)
      return failText(ErrorKind::InfiniteRecursion, 0, "infinite recursion encountered");
    if (cell->value.flags & kAssumed) assumed_ = true;
    Value result = cell->value;
    result.flags &= static_cast<std::uint8_t>(~kAssumed);
    return result;
  }
  if (scope_) return scope_->force(*this, cell);
  return runThunk(cell);
}

Value Evaluator::runThunk(Thunk* cell) {
  // Not the address of a variable: sanitizers keep those elsewhere.
  if (static_cast<const char*>(__builtin_frame_address(0)) < stackFloor_) [[unlikely]]
    return failText(ErrorKind::StackOverflow, cell->expr ? cell->expr->pos : 0,
                    "stack overflow; the expression nests too deeply", "this is usually an infinite recursion");
  cell->value.tag = Tag::Running;
  const bool outer = std::exchange(assumed_, false);
  Value result = cell->expr ? eval(cell->expr, cell->env) : cell->native(*this, cell->data);
  result = force(result);
  if (result.isError() && assumed_ && !result.error->assumed) {
    auto* copy = arena().make<EvalError>(*result.error);
    copy->assumed = true;
    result = Value::of(copy);
  }
  if (result.isError() && (result.error->kind == ErrorKind::Budget || result.error->kind == ErrorKind::StackOverflow ||
                           result.error->kind == ErrorKind::InfiniteRecursion)) {
    // How deep we were is no property of this value; nor is a cycle met while something was looked at that Nix would
    // not ask for.
    cell->value.tag = Tag::Pending;
  } else {
    cell->value = result;
    if (assumed_) cell->value.flags |= kAssumed;
  }
  assumed_ |= outer;
  return result;
}

Value Evaluator::eval(const Expr* expr, Env* env) {
  switch (expr->kind) {
    case ExprKind::Int: return Value::of(static_cast<const ExprInt*>(expr)->value);
    case ExprKind::Float: return Value::of(static_cast<const ExprFloat*>(expr)->value);
    case ExprKind::String: return Value::text(static_cast<const ExprString*>(expr)->text);
    case ExprKind::Path: return Value::path(static_cast<const ExprPath*>(expr)->path);
    case ExprKind::SearchPath: {
      const std::string_view name = static_cast<const ExprSearchPath*>(expr)->name;
      if (onExternal) {
        const Value found = onExternal(*this, "search-path", Value::text(name));
        if (!found.isStuck()) return force(found);
      }
      if (purity_ == Purity::Command)
        return fail(ErrorKind::Throw, expr->pos, "file '{}' was not found in the Nix search path", name);
      return unknown(UnknownOp::SearchPath, {}, expr->pos, symbol(name));
    }
    case ExprKind::Local:
    case ExprKind::InheritFrom: {
      const auto* var = static_cast<const ExprVar*>(expr);
      return placed(*this, force(frame(env, var->level)->slots[var->index]), expr);
    }
    case ExprKind::Global: return force(globals_[static_cast<const ExprVar*>(expr)->index]);
    case ExprKind::WithVar: return placed(*this, evalWithVar(static_cast<const ExprVar*>(expr), env), expr);
    case ExprKind::Var:
      return fail(ErrorKind::UndefinedVariable, expr->pos, "undefined variable '{}'",
                  text(static_cast<const ExprVar*>(expr)->name));
    case ExprKind::Select: return evalSelect(static_cast<const ExprSelect*>(expr), env);
    case ExprKind::HasAttr: return evalHasAttr(static_cast<const ExprHasAttr*>(expr), env);
    case ExprKind::Attrs: return evalAttrs(static_cast<const ExprAttrs*>(expr), env);
    case ExprKind::List: {
      const auto elements = static_cast<const ExprList*>(expr)->elements;
      auto out = newList(static_cast<std::uint32_t>(elements.size()));
      for (std::size_t i = 0; i < elements.size(); ++i) out[i] = thunk(elements[i], env);
      return Value::list(out);
    }
    case ExprKind::Lambda: return Value::of(arena().make<Closure>(Closure{static_cast<const ExprLambda*>(expr), env}));
    case ExprKind::Call: return evalCall(static_cast<const ExprCall*>(expr), env);
    case ExprKind::Let: return evalLet(static_cast<const ExprLet*>(expr), env);
    case ExprKind::With: {
      const auto* with = static_cast<const ExprWith*>(expr);
      Env* inner = newEnv(env, 1, with->hoists);
      inner->isWith = (1 + with->up) & 0x7FFFFFFF;
      inner->slots[0] = thunk(with->scope, env);
      return eval(with->body, inner);
    }
    case ExprKind::If: {
      const auto* node = static_cast<const ExprIf*>(expr);
      const Value condition = truth(eval(node->condition, env), node->pos, "while evaluating a branch condition");
      if (condition.isError()) return condition;
      if (condition.isUnknown()) {
        const Value parts[] = {condition, thunk(node->then, env), thunk(node->otherwise, env)};
        return unknown(UnknownOp::If, parts, node->pos);
      }
      return eval(condition.boolean() ? node->then : node->otherwise, env);
    }
    case ExprKind::Assert: {
      const auto* node = static_cast<const ExprAssert*>(expr);
      const Value condition = truth(eval(node->condition, env), node->pos, "in the condition of the assert statement");
      if (condition.isError()) return condition;
      if (condition.isUnknown()) {
        const Value parts[] = {condition, thunk(node->body, env)};
        return unknown(UnknownOp::Assert, parts, node->pos);
      }
      if (!condition.boolean()) return assertionFailed(*this, node, env);
      return eval(node->body, env);
    }
    case ExprKind::Not: {
      const Value v = truth(eval(static_cast<const ExprUnary*>(expr)->operand, env), expr->pos,
                            "in the argument of the not operator");
      if (v.isError()) return v;
      if (v.isUnknown()) return unknownNot(*this, v, expr->pos);
      return Value::of(!v.boolean());
    }
    case ExprKind::Negate: {
      const Value v = eval(static_cast<const ExprUnary*>(expr)->operand, env);
      if (v.isError()) return v;
      if (v.is(Tag::Float)) return Value::of(0.0 - v.real);
      return binary(BinaryOp::Sub, Value::of(std::int64_t{0}), v, expr->pos);
    }
    case ExprKind::Binary: return evalBinary(static_cast<const ExprBinary*>(expr), env);
    case ExprKind::Interp: return evalInterp(static_cast<const ExprInterp*>(expr), env);
    case ExprKind::CurPos: return positionSet(*this, expr->pos);
  }
  return failText(ErrorKind::Abort, expr->pos, "internal: unknown kind of expression");
}

// Frames of rec and let: every slot reads as Pending until it is filled, so that thunk() never copies an empty slot.
static void fillFrame(Evaluator& ev, const ExprAttrs* attrs, Env* outer, Env* inner, Env* from) {
  for (std::uint32_t i = 0; i < attrs->statics.size(); ++i) inner->slots[i].tag = Tag::Pending;
  for (std::uint32_t i = 0; i < attrs->statics.size(); ++i) {
    const AttrDef& def = attrs->statics[i];
    Env* env = def.kind == AttrKind::Inherit ? outer : def.kind == AttrKind::InheritFrom ? from : inner;
    inner->slots[i] = ev.thunk(def.value, env);
  }
}

static Env* inheritFrame(Evaluator& ev, const ExprAttrs* attrs, Env* env) {
  if (attrs->inheritFrom.empty()) return nullptr;
  Env* from = ev.newEnv(env, static_cast<std::uint32_t>(attrs->inheritFrom.size()));
  return from;
}

static void fillInheritFrame(Evaluator& ev, const ExprAttrs* attrs, Env* env, Env* from) {
  for (std::uint32_t i = 0; i < attrs->inheritFrom.size(); ++i) from->slots[i] = ev.thunk(attrs->inheritFrom[i], env);
}

Value Evaluator::evalLet(const ExprLet* expr, Env* env) {
  const ExprAttrs* attrs = expr->attrs;
  Env* inner = newEnv(env, static_cast<std::uint32_t>(attrs->statics.size()), attrs->hoists);
  Env* from = inheritFrame(*this, attrs, inner);
  fillFrame(*this, attrs, env, inner, from);
  if (from) fillInheritFrame(*this, attrs, inner, from);
  return eval(expr->body, inner);
}

Value Evaluator::evalAttrs(const ExprAttrs* expr, Env* env) {
  const auto count = static_cast<std::uint32_t>(expr->statics.size());
  Bindings* out = newBindings(count);
  out->pos = expr->pos;
  Env* inner = env;
  Env* from = nullptr;
  if (expr->recursive) {
    inner = newEnv(env, count, expr->hoists);
    from = inheritFrame(*this, expr, inner);
    fillFrame(*this, expr, env, inner, from);
    if (from) fillInheritFrame(*this, expr, inner, from);
    for (std::uint32_t i = 0; i < count; ++i)
      out->items[i] = {expr->statics[i].name, expr->statics[i].pos, inner->slots[i]};
    if (out->find(names_.overrides)) {
      const Value overridden = applyOverrides(*this, expr, out, inner);
      if (!overridden.is(Tag::Attrs) || expr->dynamics.empty()) return overridden;
      out = overridden.attrs;
    }
  } else {
    from = inheritFrame(*this, expr, env);
    if (from) fillInheritFrame(*this, expr, env, from);
    for (std::uint32_t i = 0; i < count; ++i) {
      const AttrDef& def = expr->statics[i];
      out->items[i] = {def.name, def.pos, thunk(def.value, def.kind == AttrKind::InheritFrom ? from : env)};
    }
  }
  return expr->dynamics.empty() ? Value::of(out) : addDynamicAttrs(*this, expr, out, inner);
}

}  // namespace fleetd::lang
