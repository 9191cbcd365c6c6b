// Option types: making them and finding the native type behind a value.
#include "kernel/compose/type.hpp"

#include "kernel/compose/compose.hpp"
#include "kernel/compose/kept.hpp"
#include "kernel/compose/type_set.hpp"

namespace fleetd::compose {

namespace {

bool hasV2(Kind kind) {
  switch (kind) {
    case Kind::ListOf:
    case Kind::AttrListOf:
    case Kind::AttrsWith:
    case Kind::Either:
    case Kind::CoercedTo:
    case Kind::Submodule: return true;
    case Kind::Unspecified:
    case Kind::Assumed:
    case Kind::Raw:
    case Kind::Anything:
    case Kind::Bool:
    case Kind::BoolByOr:
    case Kind::Int:
    case Kind::Float:
    case Kind::Str:
    case Kind::NonEmptyStr:
    case Kind::SingleLineStr:
    case Kind::StrMatching:
    case Kind::SeparatedString:
    case Kind::Attrs:
    case Kind::Fileset:
    case Kind::Package:
    case Kind::ShellPackage:
    case Kind::Path:
    case Kind::LuaInline:
    case Kind::OptionDeclaration:
    case Kind::OptionType:
    case Kind::Enum:
    case Kind::AttrTag:
    case Kind::Unique:
    case Kind::NullOr:
    case Kind::FunctionTo:
    case Kind::AddCheck:
    case Kind::Deferred:
    case Kind::Custom: return false;
  }
  return false;
}

bool differs(Bindings* a, Bindings* b, Symbol name) {
  const Attr* x = a->find(name);
  const Attr* y = b->find(name);
  if (!x || !y) return x != y;
  return !sameValue(x->value, y->value);
}

// `type // { … }`: native behaviour with some parts replaced, or a custom type when check or merge are others.
Type* derived(Compose& c, Type* original, Bindings* attrs) {
  Type* type = c.ev.arena().make<Type>(*original);
  type->isPrivate = c.ev.makesPrivate();
  type->attrs = attrs;
  type->original = original->original ? original->original : original;
  Bindings* base = original->attrs;
  if (differs(attrs, base, c.common.check) || differs(attrs, base, c.common.merge)) {
    type->kind = Kind::Custom;
    type->v2 = false;
    return type;
  }
  if (differs(attrs, base, c.names.emptyValue)) type->replaced |= overridden::kEmptyValue;
  if (differs(attrs, base, c.names.getSubModules)) type->replaced |= overridden::kSubModules;
  if (differs(attrs, base, c.names.substSubModules)) type->replaced |= overridden::kSubstSubModules;
  if (differs(attrs, base, c.names.typeMerge) || differs(attrs, base, c.names.functor))
    type->replaced |= overridden::kTypeMerge;
  if (differs(attrs, base, c.names.getSubOptions)) type->replaced |= overridden::kSubOptions;
  return type;
}

Type* container(Compose& c, Kind kind, Value elem) {
  Type* type = newType(c, kind);
  type->elem = elem;
  return type;
}

}  // namespace

Type* newType(Compose& c, Kind kind) {
  Type* type = c.ev.arena().make<Type>();
  type->lang::NativeObject::kind = kTypeKind;
  type->isPrivate = c.ev.makesPrivate();
  type->c = &c;
  type->kind = kind;
  type->v2 = hasV2(kind);
  return type;
}

Value typeValue(Type* type) {
  if (!type->attrs) {
    const Kept kept(type->c->ev, type->isPrivate);
    type->attrs = makeTypeSet(type);
  }
  return Value::of(type->attrs);
}

Type* typeOf(Compose& c, Value v, Value* error) {
  v = c.ev.force(v);
  if (!v.is(Tag::Attrs)) {
    if (v.isUnknown()) return c.unspecified;
    *error = v.isError() ? v : c.ev.typeError("a set", v, 0);
    return nullptr;
  }
  if (const Attr* hidden = v.attrs->find(c.common.nativeType)) {
    if (Type* type = nativeOf<Type>(hidden->value, kTypeKind))
      return type->attrs == v.attrs ? type : derived(c, type, v.attrs);
  }
  Type* type = newType(c, Kind::Custom);
  type->attrs = v.attrs;
  return type;
}

Type* elemOf(Type* type, Value* error) {
  if (!type->elemType) {
    Kept kept(type->c->ev, type->isPrivate);
    Type* elem = typeOf(*type->c, type->elem, error);
    if (kept.dependent()) return elem;
    type->elemType = elem;
  }
  return type->elemType;
}

Type* otherOf(Type* type, Value* error) {
  if (!type->otherType) {
    Kept kept(type->c->ev, type->isPrivate);
    Type* other = typeOf(*type->c, type->other, error);
    if (kept.dependent()) return other;
    type->otherType = other;
  }
  return type->otherType;
}

bool isV2(Type* type, Value* error) {
  if (type->kind != Kind::Custom) return type->v2;
  Compose& c = *type->c;
  const Attr* merge = type->attrs->find(c.common.merge);
  if (!merge) {
    *error = c.ev.select(Value::of(type->attrs), c.common.merge, 0);
    return false;
  }
  const Value v = c.ev.force(merge->value);
  if (v.isError()) *error = v;
  return v.is(Tag::Attrs) && v.attrs->find(c.names.v2);
}

Type* listOf(Compose& c, Value elem) { return container(c, Kind::ListOf, elem); }
Type* nullOr(Compose& c, Value elem) { return container(c, Kind::NullOr, elem); }
Type* functionTo(Compose& c, Value elem) { return container(c, Kind::FunctionTo, elem); }

Type* attrsWith(Compose& c, Value elem, bool lazy, Value placeholder) {
  Type* type = container(c, Kind::AttrsWith, elem);
  type->lazy = lazy;
  type->other = placeholder;
  return type;
}

Type* uniqueOf(Compose& c, Value message, Value elem) {
  Type* type = container(c, Kind::Unique, elem);
  type->other = message;
  return type;
}

Type* eitherOf(Compose& c, Value left, Value right) {
  Type* type = container(c, Kind::Either, left);
  type->other = right;
  return type;
}

Type* enumOf(Compose& c, Value values) {
  Type* type = newType(c, Kind::Enum);
  type->other = values;
  return type;
}

Type* separatedString(Compose& c, Value separator) {
  Type* type = newType(c, Kind::SeparatedString);
  type->other = separator;
  return type;
}

Type* strMatching(Compose& c, Value pattern) {
  Type* type = newType(c, Kind::StrMatching);
  type->other = pattern;
  return type;
}

Type* attrTag(Compose& c, Value tags) {
  Type* type = newType(c, Kind::AttrTag);
  type->other = tags;
  return type;
}

Type* deferredWith(Compose& c, Value staticModules) {
  Type* type = newType(c, Kind::Deferred);
  type->other = staticModules;
  return type;
}

Type* submoduleWith(Compose& c, const SubmoduleArgs& args) {
  Type* type = newType(c, Kind::Submodule);
  type->submodule = c.ev.arena().make<SubmoduleArgs>(args);
  return type;
}

Type* pathWith(Compose& c, Tri inStore, Tri absolute) {
  Type* type = newType(c, Kind::Path);
  type->inStore = inStore;
  type->absolute = absolute;
  return type;
}

Type* addCheck(Compose& c, Value elem, Predicate predicate, Value other, Value extra, Value* error) {
  Type* type = container(c, Kind::AddCheck, elem);
  Type* base = elemOf(type, error);
  if (!base) return nullptr;
  type->predicate = predicate;
  type->other = other;
  type->extra = extra;
  type->v2 = isV2(base, error);
  return error->isError() ? nullptr : type;
}

}  // namespace fleetd::compose
