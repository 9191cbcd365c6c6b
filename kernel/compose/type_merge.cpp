// Merging definitions by type: the dispatch, and the types whose merge is a few lines.
#include "kernel/compose/compose.hpp"
#include "kernel/compose/errors.hpp"
#include "kernel/compose/merge.hpp"
#include "kernel/compose/option.hpp"
#include "kernel/compose/pretty.hpp"
#include "kernel/compose/small_vector.hpp"
#include "kernel/compose/submodule.hpp"
#include "kernel/compose/type_checked.hpp"
#include "kernel/compose/type_set.hpp"

namespace fleetd::compose {

namespace {

Value mergeEither(Type* type, const Loc* loc, std::span<Def> defs) {
  Compose& c = *type->c;
  Value head;
  const Value value = chooseSide(type, loc, defs, true, &head);
  if (!head.is(Tag::String)) return head.isError() ? head : value;
  const std::string text = fmt::format(
      "One or more definitions did not pass the type-check of the 'either' type.\n{}\nIf `either`, `oneOf` or similar is used in "
      "freeformType, ensure that it is preceded by an 'attrsOf' such as: `freeformType = types.attrsOf (types.either t1 t2)`.\nOtherwise "
      "consider using the correct type for the option `{}`.  This will be an error in Nixpkgs 26.05.\n",
      head.string(), showOption(c, loc));
  const Value result = defs.size() == 1 ? c.ev.force(defs[0].value) : notUnique(c, loc, "", defs);
  return c.ev.call(c.ev.select(c.ev.builtins(), c.symbol("warn"), 0), {c.ev.string(text), result}, 0);
}

Value mergeOr(std::span<Def> defs, Compose& c) {
  bool any = false;
  for (const Def& def : defs) {
    const Value v = c.ev.truth(c.ev.force(def.value), 0, "while merging booleans");
    if (!v.is(Tag::Bool)) return v;
    any = any || v.boolean();
  }
  return Value::of(any);
}

Value mergeStrings(Type* type, std::span<Def> defs) {
  Compose& c = *type->c;
  if (defs.size() == 1) return c.ev.force(defs[0].value);
  SmallVector<Value, 16> parts;
  const Value separator = c.ev.force(type->other);
  for (const Def& def : defs) {
    if (!parts.empty()) parts.push(separator);
    parts.push(c.ev.coerceToString(def.value, Evaluator::Coerce::Interpolate, 0));
  }
  return c.ev.joinStrings(parts.span(), 0);
}

Value mergePackage(Compose& c, const Loc* loc, std::span<Def> defs) {
  if (defs.size() != 1) return notUnique(c, loc, "", defs);
  const Value v = c.ev.force(defs[0].value);
  const bool plain = v.is(Tag::Path) || (v.is(Tag::String) && !c.ev.contextOf(v));
  return plain ? c.ev.call(c.lib({"attrsets", "toDerivation"}), v, 0) : v;
}

Value mergeNullOr(Type* type, const Loc* loc, std::span<Def> defs) {
  Compose& c = *type->c;
  std::size_t nulls = 0;
  for (const Def& def : defs) {
    const Value v = c.ev.force(def.value);
    if (v.isError()) return v;
    if (v.is(Tag::Null)) ++nulls;
  }
  if (nulls == defs.size()) return Value::null();
  if (nulls != 0)
    return c.fail(loc, fmt::format("The option `{}` is defined both null and not null, in {}.", showOption(c, loc),
                                   showFiles(c, defs)));
  Value error;
  Type* elem = elemOf(type, &error);
  return elem ? mergeOnly(elem, loc, defs) : error;
}

Value mergeUpdates(Compose& c, std::span<Def> defs) {
  Value result = Value::of(c.ev.newBindings(0));
  for (const Def& def : defs) {
    result = defs.size() == 1 ? c.ev.force(def.value) : c.ev.update(result, def.value, 0);
    if (result.isError()) return result;
  }
  return result;
}

Value mergeUniqueDef(Type* type, const Loc* loc, std::span<Def> defs) {
  Compose& c = *type->c;
  Value error;
  if (defs.size() == 1) {
    Type* elem = elemOf(type, &error);
    return elem ? mergeOnly(elem, loc, defs) : error;
  }
  const Value message = c.ev.force(type->other);
  if (message.isError()) return message;
  return notUnique(c, loc, message.is(Tag::String) ? message.string() : std::string_view(), defs);
}

Value mergeFileset(Compose& c, std::span<Def> defs) {
  SmallVector<Value, 8> values;
  for (const Def& def : defs) values.push(def.value);
  return c.ev.call(c.lib({"fileset", "unions"}), c.ev.list(values.span()), 0);
}

Value mergeSingleLine(Compose& c, const Loc* loc, std::span<Def> defs) {
  const Value v = mergeEqual(c, loc, defs);
  if (!v.is(Tag::String) || !v.string().ends_with('\n')) return v;
  return c.ev.stringWithContext(v.string().substr(0, v.string().size() - 1), c.ev.contextOf(v));
}

Value mergeCustom(Type* type, const Loc* loc, std::span<Def> defs) {
  Compose& c = *type->c;
  return c.ev.call(c.ev.select(typeValue(type), c.common.merge, 0), {locList(c, loc), defsToValue(c, defs)}, 0);
}

}  // namespace

Value mergeOnly(Type* type, const Loc* loc, std::span<Def> defs) {
  Compose& c = *type->c;
  Value error;
  switch (type->kind) {
    case Kind::Unspecified: return mergeUnspecified(c, loc, defs);
    case Kind::Assumed: return mergeAssumed(c, loc, defs);
    case Kind::Raw: return defs.size() == 1 ? c.ev.force(defs[0].value) : notUnique(c, loc, "", defs);
    case Kind::Anything: return mergeAnything(type, loc, defs);
    case Kind::Bool:
    case Kind::Int:
    case Kind::Float:
    case Kind::Str:
    case Kind::NonEmptyStr:
    case Kind::StrMatching:
    case Kind::Path:
    case Kind::LuaInline:
    case Kind::Enum: return mergeEqual(c, loc, defs);
    case Kind::BoolByOr: return mergeOr(defs, c);
    case Kind::SingleLineStr: return mergeSingleLine(c, loc, defs);
    case Kind::SeparatedString: return mergeStrings(type, defs);
    case Kind::Attrs: return mergeUpdates(c, defs);
    case Kind::Fileset: return mergeFileset(c, defs);
    case Kind::Package:
    case Kind::ShellPackage: return mergePackage(c, loc, defs);
    case Kind::OptionDeclaration: return mergeUnspecified(c, loc, defs);
    case Kind::OptionType: return mergeOptionTypes(c, loc, defs);
    case Kind::ListOf: return mergeList(type, loc, defs);
    case Kind::AttrListOf: return mergeAttrList(type, loc, defs);
    case Kind::AttrsWith: return mergeAttrs(type, loc, defs);
    case Kind::AttrTag: return mergeTag(type, loc, defs);
    case Kind::Unique: return mergeUniqueDef(type, loc, defs);
    case Kind::NullOr: return mergeNullOr(type, loc, defs);
    case Kind::FunctionTo: return mergeFunctions(type, loc, defs);
    case Kind::Either: return mergeEither(type, loc, defs);
    case Kind::CoercedTo: {
      const auto final = coerced(type, loc, defs, &error);
      Type* to = error.isError() ? nullptr : otherOf(type, &error);
      return to ? mergeOnly(to, loc, final) : error;
    }
    case Kind::AddCheck: {
      Type* elem = elemOf(type, &error);
      return elem ? mergeOnly(elem, loc, defs) : error;
    }
    case Kind::Submodule: return mergeSubmodule(type, loc, defs);
    case Kind::Deferred: return mergeDeferred(type, loc, defs);
    case Kind::Custom: return mergeCustom(type, loc, defs);
  }
  return error;
}

Value emptyValue(Type* type) {
  Compose& c = *type->c;
  Value error;
  if (type->kind == Kind::Custom || (type->replaced & overridden::kEmptyValue)) {
    const Value set = c.ev.select(typeValue(type), c.names.emptyValue, 0);
    if (!set.is(Tag::Attrs)) return set.isError() ? set : Value::stuck();
    const Attr* value = set.attrs->find(c.common.value);
    return value ? c.ev.force(value->value) : Value::stuck();
  }
  const Kind kind = type->kind;
  if (kind == Kind::ListOf || (kind == Kind::AttrListOf && !type->asAttrs)) return Value::list({});
  if (kind == Kind::AttrsWith || kind == Kind::Attrs || kind == Kind::AttrListOf) return Value::of(c.ev.newBindings(0));
  if (kind == Kind::NullOr) return Value::null();
  if (kind == Kind::Fileset) return c.lib({"fileset", "empty"});
  if (kind == Kind::Submodule) return emptySubmodule(type);
  if (kind == Kind::Unique || (kind == Kind::AddCheck && type->predicate != Predicate::NonEmptyList)) {
    Type* elem = elemOf(type, &error);
    return elem ? emptyValue(elem) : error;
  }
  if (kind == Kind::CoercedTo) {
    Type* final = otherOf(type, &error);
    return final ? emptyValue(final) : error;
  }
  return Value::stuck();
}

}  // namespace fleetd::compose
