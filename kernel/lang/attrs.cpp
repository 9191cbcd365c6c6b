// Attribute sets: selection, `?`, `//`, dynamic names, names found through `with`.
#include <algorithm>

#include "kernel/base/suggest.hpp"
#include "kernel/lang/evaluator.hpp"
#include "kernel/lang/scope.hpp"
#include "kernel/lang/unknown.hpp"

namespace fleetd::lang {

namespace {

std::string suggestion(Evaluator& ev, Bindings* set, std::string_view wanted) {
  std::vector<std::string_view> names;
  for (const Attr& attr : *set) names.push_back(ev.text(attr.name));
  std::sort(names.begin(), names.end());
  const auto best = base::nearestNames(wanted, names, 3, 2);
  if (best.empty()) return {};
  std::string out = "Did you mean ";
  if (best.size() > 1) out += "one of ";
  for (std::size_t i = 0; i < best.size(); ++i) {
    if (i > 0) out += i + 1 == best.size() ? " or " : ", ";
    out += best[i];
  }
  return out + "?";
}

// The name of a dynamic component: a symbol, or what it was instead (error, unknown, null).
struct DynName {
  Symbol symbol;
  Value other;
};

DynName dynamicName(Evaluator& ev, Value name, Pos pos) {
  if (name.isError() || name.isUnknown() || name.is(Tag::Null)) return {{}, name};
  if (!name.is(Tag::String)) return {{}, ev.typeError("a string", name, pos)};
  if (const StringContext* context = ev.contextOf(name); context && !context->elements.empty())
    return {{},
            ev.fail(ErrorKind::Value, pos, "the string '{}' is not allowed to refer to a store path (such as '{}')",
                    name.string(), context->elements.front())};
  return {ev.symbol(name.string()), {}};
}

Value missing(Evaluator& ev, Value set, Symbol name, Pos pos) {
  return ev.failText(ErrorKind::MissingAttr, pos, fmt::format("attribute '{}' missing", ev.text(name)),
                     ev.arena().copy(std::string_view(suggestion(ev, set.attrs, ev.text(name)))));
}

}  // namespace

Value Evaluator::select(Value set, Symbol name, Pos pos) {
  set = force(set);
  if (set.is(Tag::Attrs)) {
    if (Attr* attr = set.attrs->find(name)) return force(attr->value);
    return missing(*this, set, name, pos);
  }
  if (set.isUnknown()) return selectUnknown(*this, set, name, nullptr, pos);
  return set.isError() ? set : typeError("a set", set, pos);
}

Value Evaluator::selectOr(Value set, Symbol name, Value fallback, Pos pos) {
  set = force(set);
  if (set.is(Tag::Attrs)) {
    Attr* attr = set.attrs->find(name);
    return force(attr ? attr->value : fallback);
  }
  if (set.isUnknown()) return selectUnknown(*this, set, name, &fallback, pos);
  return set.isError() ? set : force(fallback);
}

Value Evaluator::hasAttr(Value set, Symbol name, Pos pos) {
  set = force(set);
  if (set.is(Tag::Attrs)) return Value::of(set.attrs->find(name) != nullptr);
  if (set.isUnknown()) return hasAttrUnknown(*this, set, name, pos);
  return set.isError() ? set : Value::of(false);
}

// One component of a selection. With a fallback a miss returns Stuck, so that the caller can leave the path at once.
static Value selectStep(Evaluator& ev, Value set, const AttrName& component, Env* env, const Value* fallback, Pos pos,
                        Symbol* selected) {
  Symbol name = component.symbol;
  if (!name) {
    const DynName dyn = dynamicName(ev, ev.eval(component.expr, env), component.pos);
    if (!dyn.symbol) {
      if (dyn.other.isError()) return dyn.other;
      if (dyn.other.is(Tag::Null)) return ev.typeError("a string", dyn.other, component.pos);
      const Value parts[] = {set, dyn.other, fallback ? *fallback : Value()};
      return ev.unknown(UnknownOp::DynSelect, std::span(parts, fallback ? 3 : 2), pos);
    }
    name = dyn.symbol;
  }
  *selected = name;
  if (set.is(Tag::Attrs)) {
    if (Attr* attr = set.attrs->find(name)) return ev.force(attr->value);
    return fallback ? Value::stuck() : missing(ev, set, name, pos);
  }
  if (set.isUnknown()) return selectUnknown(ev, set, name, fallback, pos);
  if (set.isError()) return set;
  return fallback ? Value::stuck() : ev.typeError("a set", set, pos);
}

Value Evaluator::evalSelect(const ExprSelect* expr, Env* env) {
  Value v = eval(expr->subject, env);
  if (v.isError()) return v;
  Value fallback;
  if (expr->fallback) fallback = thunk(expr->fallback, env);
  SelectionReads reads(scope_);
  for (const AttrName& component : expr->path) {
    reads.beforeStep();
    const bool fromSet = v.is(Tag::Attrs);
    Symbol name;
    // On an unknown set a fallback covers this component and all that follow; the residual keeps the fallback at each
    // of them.
    v = selectStep(*this, v, component, env, expr->fallback ? &fallback : nullptr, expr->pos, &name);
    if (v.isError()) return v;
    reads.afterStep(name, fromSet, v);
    if (v.isStuck()) {
      reads.end(v, true);
      return force(fallback);
    }
  }
  reads.end(v, false);
  return v;
}

Value Evaluator::evalHasAttr(const ExprHasAttr* expr, Env* env) {
  Value v = eval(expr->subject, env);
  for (std::size_t i = 0; i < expr->path.size(); ++i) {
    if (v.isError()) return v;
    Symbol name = expr->path[i].symbol;
    if (!name) {
      const DynName dyn = dynamicName(*this, eval(expr->path[i].expr, env), expr->path[i].pos);
      if (dyn.other.isError()) return dyn.other;
      if (!dyn.symbol) {
        const Value parts[] = {v, dyn.other};
        return unknown(UnknownOp::DynHasAttr, parts, expr->pos);
      }
      name = dyn.symbol;
    }
    const Value has = hasAttr(v, name, expr->pos);
    if (!has.isTrue()) {
      if (!has.isUnknown() || i + 1 == expr->path.size()) return has;
      // Whether the rest exists below something that may not exist: keep the whole question as a conjunction.
      Value rest = v;
      Value all = has;
      for (; i + 1 < expr->path.size(); ++i) {
        const Value none = Value::of(newBindings(0));
        rest = selectOr(rest, expr->path[i].symbol, none, expr->pos);
        if (rest.isError() || !expr->path[i + 1].symbol) return all;
        all = unknownBinary(BinaryOp::And, all, hasAttr(rest, expr->path[i + 1].symbol, expr->pos), expr->pos);
      }
      return all;
    }
    if (i + 1 < expr->path.size()) v = select(v, name, expr->pos);
  }
  return Value::of(true);
}

Value Evaluator::update(Value left, Value right, Pos pos) {
  left = force(left);
  if (left.isError()) return left;
  if (!left.is(Tag::Attrs) && !left.isUnknown())
    return addFrame(typeError("a set", left, 0), pos, "in the left operand of the update (//) operator");
  right = force(right);
  if (right.isError()) return right;
  if (!right.is(Tag::Attrs) && !right.isUnknown())
    return addFrame(typeError("a set", right, 0), pos, "in the right operand of the update (//) operator");
  if (left.is(Tag::Attrs) && left.attrs->size == 0) return right;
  if (right.is(Tag::Attrs) && right.attrs->size == 0) return left;
  if (left.isUnknown() || right.isUnknown()) return unknownBinary(BinaryOp::Update, left, right, pos);
  const Bindings* a = left.attrs;
  const Bindings* b = right.attrs;
  Bindings* out = newBindings(a->size + b->size);
  const Attr* i = a->begin();
  const Attr* j = b->begin();
  Attr* o = out->items;
  while (i != a->end() && j != b->end()) {
    if (i->name == j->name) {
      *o++ = *j++;
      ++i;
    } else {
      *o++ = i->name < j->name ? *i++ : *j++;
    }
  }
  o = std::copy(i, a->end(), o);
  o = std::copy(j, b->end(), o);
  out->size = static_cast<std::uint32_t>(o - out->items);
  out->pos = a->pos;
  return Value::of(out);
}

Value Evaluator::evalWithVar(const ExprVar* expr, Env* env) {
  for (std::uint32_t level = expr->level; level > 0; --level) env = env->up;
  for (;;) {
    const Value scope = force(env->slots[0]);
    if (scope.isError()) return scope;
    if (!scope.is(Tag::Attrs) && !scope.isUnknown())
      return addFrame(typeError("a set", scope, 0), expr->pos,
                      "while evaluating the first subexpression of a with expression");
    const Value has = hasAttr(scope, expr->name, expr->pos);
    if (has.isTrue()) return select(scope, expr->name, expr->pos);
    const bool outermost = env->isWith == 1;
    if (has.isUnknown()) {
      // The first scope that may bind the name ends the search; the outer scopes stay part of the residual.
      if (outermost) return selectUnknown(*this, scope, expr->name, nullptr, expr->pos);
      std::vector<Value> scopes{scope};
      for (Env* e = env; e->isWith > 1;) {
        for (std::uint32_t up = e->isWith - 1; up > 0; --up) e = e->up;
        scopes.push_back(e->slots[0]);
      }
      return unknown(UnknownOp::With, scopes, expr->pos, expr->name);
    }
    if (outermost) return fail(ErrorKind::UndefinedVariable, expr->pos, "undefined variable '{}'", text(expr->name));
    for (std::uint32_t up = env->isWith - 1; up > 0; --up) env = env->up;
  }
}

Value addDynamicAttrs(Evaluator& ev, const ExprAttrs* expr, Bindings* statics, Env* env) {
  std::vector<Attr> items(statics->begin(), statics->end());
  std::vector<Value> open;  // pairs (unknown name, value)
  for (const DynamicAttr& dynamic : expr->dynamics) {
    const DynName name = dynamicName(ev, ev.eval(dynamic.name, env), dynamic.pos);
    if (name.other.isError())
      return ev.addFrame(name.other, dynamic.pos, "while evaluating the name of a dynamic attribute");
    if (!name.symbol) {
      if (name.other.is(Tag::Null)) continue;  // `${null} = …` defines nothing
      open.push_back(name.other);
      open.push_back(ev.thunk(dynamic.value, env));
      continue;
    }
    const auto same = std::find_if(items.begin(), items.end(), [&](const Attr& a) { return a.name == name.symbol; });
    if (same != items.end())
      return ev.fail(ErrorKind::DuplicateAttr, dynamic.pos, "dynamic attribute '{}' already defined at {}",
                     ev.text(name.symbol), ev.sources().describe(same->pos));
    items.push_back({name.symbol, dynamic.pos, ev.thunk(dynamic.value, env)});
  }
  Value known = ev.attrs(items);
  known.attrs->pos = expr->pos;
  if (open.empty()) return known;
  open.insert(open.begin(), known);
  return ev.unknown(UnknownOp::Attrs, open, expr->pos);
}

// `rec { __overrides = { a = …; }; … }`: the overrides replace the attributes and what the others see of them.
Value applyOverrides(Evaluator& ev, const ExprAttrs* expr, Bindings* out, Env* frame) {
  const Value overrides = ev.force(out->find(ev.names().overrides)->value);
  if (overrides.isError()) return overrides;
  if (!overrides.is(Tag::Attrs)) return ev.typeError("a set", overrides, expr->pos);
  for (const Attr& attr : *overrides.attrs)
    for (std::uint32_t i = 0; i < expr->statics.size(); ++i)
      if (expr->statics[i].name == attr.name) frame->slots[i] = attr.value;
  // What names another attribute was given its value at once: it has to see the override instead.
  for (std::uint32_t i = 0; i < expr->statics.size(); ++i) {
    const AttrDef& def = expr->statics[i];
    if (def.kind != AttrKind::Plain || def.value->kind != ExprKind::Local || overrides.attrs->find(def.name)) continue;
    frame->slots[i] = out->items[i].value = ev.thunk(def.value, frame);
  }
  return ev.update(Value::of(out), overrides, expr->pos);
}

}  // namespace fleetd::lang
