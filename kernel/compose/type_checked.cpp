// Merging with the type's own check: what `merge.v2` tells about definitions that do not fit.
#include "kernel/compose/type_checked.hpp"

#include "kernel/compose/compose.hpp"
#include "kernel/compose/errors.hpp"
#include "kernel/compose/pretty.hpp"
#include "kernel/compose/small_vector.hpp"
#include "kernel/compose/type_set.hpp"

namespace fleetd::compose {

namespace {

// The text of a type error of definitions that fail `type`'s own check; Null when all pass.
Value headOf(Type* type, std::span<Def> defs) {
  Compose& c = *type->c;
  SmallVector<Def, 6> invalid;
  for (const Def& def : defs) {
    const Value ok = checkValue(type, def.value);
    if (ok.isError()) return ok;
    if (ok.isFalse()) invalid.push(def);
  }
  if (invalid.empty()) return {};
  std::string text = "Definition values: ";
  const Value error = showDefs(c, invalid.span(), &text);
  return error.isError() ? error : c.ev.string(text);
}

Value checkedCustom(Type* type, const Loc* loc, std::span<Def> defs, bool wanted, Value* head) {
  Compose& c = *type->c;
  const Value result = customResult(type, loc, defs);
  const Value error = result.isError() ? result : c.ev.selectOr(result, c.names.headError, Value::null(), 0);
  if (!error.is(Tag::Null)) {
    *head = error.is(Tag::Attrs) ? c.ev.select(error, c.common.message, 0) : error;
    return {};
  }
  return wanted ? c.ev.select(result, c.common.value, 0) : Value();
}

// One side of an either: what its v2 merge reports, or its plain check.
Value side(Type* type, const Loc* loc, std::span<Def> defs, bool wanted, Value* head) {
  Value error;
  const bool v2 = isV2(type, &error);
  if (error.isError()) {
    *head = error;
    return {};
  }
  if (v2) return checkedValue(type, loc, defs, wanted, head);
  *head = headOf(type, defs);
  return wanted && head->is(Tag::Null) ? mergeOnly(type, loc, defs) : Value();
}

}  // namespace

Value customResult(Type* type, const Loc* loc, std::span<Def> defs) {
  Compose& c = *type->c;
  const Value set = typeValue(type);
  const Value check = c.ev.select(set, c.common.check, 0);
  const Value coherent = check.isError() ? check : c.ev.selectOr(check, c.names.coherent, Value::of(false), 0);
  if (!coherent.isTrue()) return coherent.isError() ? coherent : incoherentCheck(type, loc);
  const Value v2 = c.ev.select(c.ev.select(set, c.common.merge, 0), c.names.v2, 0);
  return c.ev.call(v2, c.ev.attrs({{"loc", locList(c, loc)}, {"defs", defsToValue(c, defs)}}), 0);
}

Value chooseSide(Type* type, const Loc* loc, std::span<Def> defs, bool wanted, Value* head) {
  Compose& c = *type->c;
  Value error;
  Type* sides[] = {elemOf(type, &error), error.isError() ? nullptr : otherOf(type, &error)};
  if (error.isError()) {
    *head = error;
    return {};
  }
  for (Type* one : sides) {
    *head = {};
    const Value value = side(one, loc, defs, wanted, head);
    if (!head->is(Tag::String)) return value;
  }
  const Value left = typeDescription(sides[0]), right = typeDescription(sides[1]);
  if (left.isError() || right.isError()) {
    *head = left.isError() ? left : right;
    return {};
  }
  std::string text =
      fmt::format("The option `{}` is neither a value of type `{}` nor `{}`, Definition values: ", showOption(c, loc),
                  left.string(), right.string());
  error = showDefs(c, defs, &text);
  *head = error.isError() ? error : c.ev.string(text);
  return {};
}

std::span<Def> coerced(Type* type, const Loc* loc, std::span<Def> defs, Value* error) {
  Compose& c = *type->c;
  Type* from = elemOf(type, error);
  if (!from) return {};
  auto out = c.ev.arena().copy(std::span<const Def>(defs));
  for (Def& def : out) {
    Value head;
    const bool v2 = isV2(from, error);
    if (v2) {
      checkedValue(from, loc, std::span<Def>(&def, 1), false, &head);
    } else {
      const Value ok = checkValue(from, def.value);
      head = ok.isError() || ok.isFalse() ? ok : Value();
    }
    if (head.isError()) *error = head;
    if (error->isError()) return {};
    if (head.is(Tag::Null)) def.value = c.ev.lazyCall(type->extra, {def.value}, 0);
  }
  return out;
}

Type* delegateOf(Type* type, const Loc* loc, std::span<Def> defs, std::span<Def>* inner, Value* error) {
  *inner = defs;
  if (type->kind == Kind::AddCheck) return elemOf(type, error);
  if (type->kind == Kind::CoercedTo) {
    *inner = coerced(type, loc, defs, error);
    return error->isError() ? nullptr : otherOf(type, error);
  }
  if (type->kind != Kind::Either) return nullptr;
  for (Type* one : {elemOf(type, error), error->isError() ? nullptr : otherOf(type, error)}) {
    if (error->isError()) return nullptr;
    Value head;
    side(one, loc, defs, false, &head);
    if (head.isError()) *error = head;
    if (!head.is(Tag::String)) return head.isError() ? nullptr : one;
  }
  return nullptr;
}

namespace {

Value checkedCoerced(Type* type, const Loc* loc, std::span<Def> defs, bool wanted, Value* head) {
  Value error;
  const auto final = coerced(type, loc, defs, &error);
  Type* to = error.isError() ? nullptr : otherOf(type, &error);
  const bool v2 = to && isV2(to, &error);
  if (error.isError()) {
    *head = error;
    return {};
  }
  if (v2) return checkedValue(to, loc, final, wanted, head);
  *head = headOf(type, defs);
  return wanted && head->is(Tag::Null) ? mergeOnly(to, loc, final) : Value();
}

Value checkedAddCheck(Type* type, const Loc* loc, std::span<Def> defs, bool wanted, Value* head) {
  Value error;
  Type* elem = elemOf(type, &error);
  if (!elem) {
    *head = error;
    return {};
  }
  const Value value = checkedValue(elem, loc, defs, wanted, head);
  if (!head->is(Tag::Null)) return {};
  *head = headOf(type, defs);
  return head->is(Tag::Null) ? value : Value();
}

}  // namespace

Value checkedValue(Type* type, const Loc* loc, std::span<Def> defs, bool wanted, Value* head) {
  *head = {};
  if (type->kind == Kind::Either) return chooseSide(type, loc, defs, wanted, head);
  if (type->kind == Kind::CoercedTo) return checkedCoerced(type, loc, defs, wanted, head);
  if (type->kind == Kind::AddCheck) return checkedAddCheck(type, loc, defs, wanted, head);
  if (type->kind == Kind::Custom) return checkedCustom(type, loc, defs, wanted, head);
  *head = headOf(type, defs);
  return wanted && head->is(Tag::Null) ? mergeOnly(type, loc, defs) : Value();
}

}  // namespace fleetd::compose
