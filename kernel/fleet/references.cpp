// Walking the code of definitions for selections from `config`.
#include "kernel/fleet/references.hpp"

#include <optional>

#include "kernel/compose/model.hpp"

namespace fleetd::fleet {

namespace {

using namespace lang;

class Finder {
 public:
  Finder(Evaluator& ev, std::vector<std::string>& out) : ev_(ev), out_(out) {}

  void value(Value v, int depth) {
    if (depth > 24) return;
    if (v.isThunk()) {
      if (v.thunk->expr)
        expr(v.thunk->expr, v.thunk->env, 0);
      else
        v = v.thunk->value;
    }
    if (v.is(Tag::Attrs))
      for (const Attr& attr : *v.attrs) value(attr.value, depth + 1);
    if (v.is(Tag::List))
      for (const Value& element : v.list()) value(element, depth + 1);
  }

 private:
  // `inner` counts frames between the expression and `env` that do not exist because the code around it did not run
  // here.
  void expr(const Expr* e, Env* env, std::uint32_t inner) {
    if (!e) return;
    switch (e->kind) {
      case ExprKind::Select: {
        const auto* select = static_cast<const ExprSelect*>(e);
        if (auto base = prefix(select->subject, env, inner, 0)) {
          std::string path = *base;
          for (const AttrName& part : select->path) {
            if (!part.symbol) break;
            if (!path.empty()) path += '.';
            path += compose::showOptionPart(ev_.text(part.symbol));
          }
          if (!path.empty()) out_.push_back(std::move(path));
        } else {
          expr(select->subject, env, inner);
        }
        expr(select->fallback, env, inner);
        return;
      }
      case ExprKind::HasAttr: return expr(static_cast<const ExprHasAttr*>(e)->subject, env, inner);
      case ExprKind::List:
        for (const Expr* element : static_cast<const ExprList*>(e)->elements) expr(element, env, inner);
        return;
      case ExprKind::Attrs: return attrs(static_cast<const ExprAttrs*>(e), env, inner);
      case ExprKind::Lambda: return expr(static_cast<const ExprLambda*>(e)->body, env, inner + 1);
      case ExprKind::Call: {
        const auto* call = static_cast<const ExprCall*>(e);
        expr(call->function, env, inner);
        for (const Expr* arg : call->args) expr(arg, env, inner);
        return;
      }
      case ExprKind::Let: {
        const auto* let = static_cast<const ExprLet*>(e);
        for (const AttrDef& def : let->attrs->statics) expr(def.value, env, inner + 1);
        return expr(let->body, env, inner + 1);
      }
      case ExprKind::With: {
        const auto* with = static_cast<const ExprWith*>(e);
        expr(with->scope, env, inner);
        return expr(with->body, env, inner + 1);
      }
      case ExprKind::If: {
        const auto* node = static_cast<const ExprIf*>(e);
        expr(node->condition, env, inner);
        expr(node->then, env, inner);
        return expr(node->otherwise, env, inner);
      }
      case ExprKind::Assert: {
        const auto* node = static_cast<const ExprAssert*>(e);
        expr(node->condition, env, inner);
        return expr(node->body, env, inner);
      }
      case ExprKind::Not:
      case ExprKind::Negate: return expr(static_cast<const ExprUnary*>(e)->operand, env, inner);
      case ExprKind::Binary: {
        const auto* node = static_cast<const ExprBinary*>(e);
        expr(node->left, env, inner);
        return expr(node->right, env, inner);
      }
      case ExprKind::Interp:
        for (const Expr* part : static_cast<const ExprInterp*>(e)->parts) expr(part, env, inner);
        return;
      case ExprKind::Int:
      case ExprKind::Float:
      case ExprKind::String:
      case ExprKind::Path:
      case ExprKind::SearchPath:
      case ExprKind::Local:
      case ExprKind::Global:
      case ExprKind::WithVar:
      case ExprKind::InheritFrom:
      case ExprKind::Var:
      case ExprKind::CurPos: return;
    }
  }

  void attrs(const ExprAttrs* node, Env* env, std::uint32_t inner) {
    const std::uint32_t own = node->recursive ? 1 : 0;
    for (const AttrDef& def : node->statics)
      if (def.kind == AttrKind::Plain) expr(def.value, env, inner + own);
    for (const DynamicAttr& def : node->dynamics) {
      expr(def.name, env, inner + own);
      expr(def.value, env, inner + own);
    }
    for (const Expr* from : node->inheritFrom) expr(from, env, inner + own);
  }

  // The option path a variable stands for: "" for `config` itself.
  std::optional<std::string> prefix(const Expr* e, Env* env, std::uint32_t inner, int hops) {
    if (e->kind != ExprKind::Local || hops > 8) return std::nullopt;
    const auto* var = static_cast<const ExprVar*>(e);
    if (ev_.text(var->name) == "config") return std::string();
    if (var->level < inner) return std::nullopt;
    for (std::uint32_t level = var->level - inner; level > 0 && env; --level) env = env->up;
    if (!env || var->index >= env->size) return std::nullopt;
    const Value slot = env->slots[var->index];
    if (!slot.isThunk() || !slot.thunk->expr || slot.thunk->expr->kind != ExprKind::Select) return std::nullopt;
    const auto* select = static_cast<const ExprSelect*>(slot.thunk->expr);
    auto base = prefix(select->subject, slot.thunk->env, 0, hops + 1);
    if (!base) return std::nullopt;
    for (const AttrName& part : select->path) {
      if (!part.symbol) return std::nullopt;
      if (!base->empty()) *base += '.';
      *base += compose::showOptionPart(ev_.text(part.symbol));
    }
    return base;
  }

  Evaluator& ev_;
  std::vector<std::string>& out_;
};

}  // namespace

void collectReferences(Evaluator& ev, Value v, std::vector<std::string>& out) { Finder(ev, out).value(v, 0); }

}  // namespace fleetd::fleet
