// Merging the types of two declarations of one option, natively and through functors.
#include <algorithm>
#include <vector>

#include "kernel/compose/compose.hpp"
#include "kernel/compose/option.hpp"
#include "kernel/compose/submodule.hpp"
#include "kernel/compose/type_set.hpp"

namespace fleetd::compose {

namespace {

// A type's functor is that of what addCheck wraps.
Type* functorOwner(Type* type, Value* error) {
  while (type && type->kind == Kind::AddCheck && !(type->replaced & overridden::kTypeMerge)) type = elemOf(type, error);
  return type;
}

bool usesSet(const Type* type) { return type->kind == Kind::Custom || (type->replaced & overridden::kTypeMerge) != 0; }

// The name of a functor; types of equal names may merge.
std::string_view functorName(const Type* type) {
  switch (type->kind) {
    case Kind::Unspecified:
    case Kind::Assumed: return "unspecified";
    case Kind::Raw: return "raw";
    case Kind::Anything: return "anything";
    case Kind::Bool: return "bool";
    case Kind::BoolByOr: return "boolByOr";
    case Kind::Int: return "int";
    case Kind::Float: return "float";
    case Kind::Str: return "str";
    case Kind::NonEmptyStr: return "nonEmptyStr";
    case Kind::SingleLineStr: return "singleLineStr";
    case Kind::StrMatching: return "strMatching";
    case Kind::SeparatedString: return "separatedString";
    case Kind::Attrs: return "attrs";
    case Kind::Fileset: return "fileset";
    case Kind::Package:
    case Kind::ShellPackage: return "package";
    case Kind::Path: return "path";
    case Kind::LuaInline: return "luaInline";
    case Kind::OptionDeclaration: return "optionDeclaration";
    case Kind::OptionType: return "optionType";
    case Kind::Enum: return "enum";
    case Kind::ListOf: return "listOf";
    case Kind::AttrListOf: return "attrListOf";
    case Kind::AttrsWith: return "attrsWith";
    case Kind::AttrTag: return "attrTag";
    case Kind::Unique: return "unique";
    case Kind::NullOr: return "nullOr";
    case Kind::FunctionTo: return "functionTo";
    case Kind::Either: return "either";
    case Kind::CoercedTo: return "coercedTo";
    case Kind::Submodule: return "submodule";
    case Kind::Deferred: return "deferredModuleWith";
    case Kind::AddCheck:
    case Kind::Custom: break;
  }
  return {};
}

Value mergeValues(Compose& c, Value a, Value b) {
  Value error;
  Type* x = typeOf(c, a, &error);
  Type* y = x ? typeOf(c, b, &error) : nullptr;
  return y ? typeMerge(x, y) : error;
}

// The type without parameters that lib.types has by the functor's name.
Value plainType(Type* type) {
  return typeValue(type->kind == Kind::ShellPackage ? type->c->package : newType(*type->c, type->kind));
}

Value mergeEnums(Compose& c, Type* a, Type* b) {
  const Value left = c.ev.force(a->other), right = c.ev.force(b->other);
  for (Value v : {left, right})
    if (!v.is(Tag::List)) return v.isError() ? v : c.ev.typeError("a list", v, 0);
  std::vector<Value> all;
  for (Value list : {left, right})
    for (Value v : list.list()) {
      bool known = false;
      for (Value before : all) {
        const Value same = c.ev.equal(before, v, 0);
        if (same.isError()) return same;
        known = known || same.isTrue();
      }
      if (!known) all.push_back(v);
    }
  return typeValue(enumOf(c, c.ev.list(all)));
}

Value mergeAttrsWith(Compose& c, Type* a, Type* b) {
  const Value elem = mergeValues(c, a->elem, b->elem);
  if (!elem.is(Tag::Attrs) || a->lazy != b->lazy) return elem.isError() ? elem : Value::null();
  const Value left = c.ev.force(a->other), right = c.ev.force(b->other);
  if (!left.is(Tag::String) || !right.is(Tag::String))
    return left.isError() ? left : right.isError() ? right : Value::null();
  Value placeholder = left;
  if (left.string() != right.string()) {
    if (left.string() == "name")
      placeholder = right;
    else if (right.string() != "name")
      return Value::null();
  }
  return typeValue(attrsWith(c, elem, a->lazy, placeholder));
}

Value joinDeclared(Compose& c, Value a, Value b, Value merged) {
  std::vector<Attr> items(merged.attrs->begin(), merged.attrs->end());
  for (Symbol name : {c.names.declarations, c.names.declarationPositions}) {
    const Value none = Value::list({});
    const Value both = c.ev.concat(c.ev.selectOr(a, name, none, 0), c.ev.selectOr(b, name, none, 0), 0);
    if (both.isError()) return both;
    for (Attr& attr : items)
      if (attr.name == name) attr.value = both;
  }
  return c.ev.attrs(items);
}

Value mergeTags(Compose& c, Type* a, Type* b) {
  const Value left = c.ev.force(a->other), right = c.ev.force(b->other);
  for (Value v : {left, right})
    if (!v.is(Tag::Attrs)) return v;
  std::vector<Attr> out;
  File* file = c.fileOf(Value::text("<attrTag {...}>"));
  for (const Attr& tag : *left.attrs) {
    const Attr* other = right.attrs->find(tag.name);
    if (!other) {
      out.push_back(tag);
      continue;
    }
    const Decl decls[] = {{file, 0, tag.value}, {file, 0, other->value}};
    const Value merged = mergeDecls(c, c.loc(nullptr, tag.name), decls);
    if (!merged.is(Tag::Attrs)) return merged;
    const Value joined = joinDeclared(c, tag.value, other->value, merged);
    if (joined.isError()) return joined;
    out.push_back({tag.name, tag.pos, joined});
  }
  for (const Attr& tag : *right.attrs)
    if (!left.attrs->find(tag.name)) out.push_back(tag);
  return typeValue(attrTag(c, c.ev.attrs(out)));
}

// Parameters that must be equal, or the types do not merge.
Value ifEqual(Compose& c, Type* type, Value a, Value b) {
  const Value same = c.ev.equal(a, b, 0);
  if (same.isError()) return same;
  return same.isTrue() ? typeValue(type) : Value::null();
}

Value mergeNative(Type* a, Type* b) {
  Compose& c = *a->c;
  if (a->kind == Kind::AttrListOf || a->kind == Kind::CoercedTo || functorName(a) != functorName(b))
    return Value::null();
  auto withElem = [&](auto make) {
    const Value elem = mergeValues(c, a->elem, b->elem);
    return elem.is(Tag::Attrs) ? typeValue(make(elem)) : elem;
  };
  switch (a->kind) {
    case Kind::StrMatching: return ifEqual(c, strMatching(c, a->other), a->other, b->other);
    case Kind::SeparatedString: return ifEqual(c, separatedString(c, a->other), a->other, b->other);
    case Kind::Path:
      return a->inStore == b->inStore && a->absolute == b->absolute ? typeValue(pathWith(c, a->inStore, a->absolute))
                                                                    : Value::null();
    case Kind::Enum: return mergeEnums(c, a, b);
    case Kind::ListOf: return withElem([&](Value elem) { return listOf(c, elem); });
    case Kind::NullOr: return withElem([&](Value elem) { return nullOr(c, elem); });
    case Kind::FunctionTo: return withElem([&](Value elem) { return functionTo(c, elem); });
    case Kind::Unique: return withElem([&](Value elem) { return uniqueOf(c, a->other, elem); });
    case Kind::AttrsWith: return mergeAttrsWith(c, a, b);
    case Kind::AttrTag: return mergeTags(c, a, b);
    case Kind::Either: {
      const Value left = mergeValues(c, a->elem, b->elem);
      if (!left.is(Tag::Attrs)) return left;
      const Value right = mergeValues(c, a->other, b->other);
      return right.is(Tag::Attrs) ? typeValue(eitherOf(c, left, right)) : right;
    }
    case Kind::Submodule: return mergeSubmoduleTypes(a, b);
    case Kind::Deferred: {
      const Value modules = c.ev.concat(a->other, b->other, 0);
      return modules.isError() ? modules : typeValue(deferredWith(c, modules));
    }
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
    case Kind::Attrs:
    case Kind::Fileset:
    case Kind::Package:
    case Kind::ShellPackage:
    case Kind::LuaInline:
    case Kind::OptionDeclaration:
    case Kind::OptionType: return plainType(a);
    case Kind::AttrListOf:
    case Kind::CoercedTo:
    case Kind::AddCheck:
    case Kind::Custom: break;
  }
  return Value::null();
}

Type* ownerArg(Value v) { return static_cast<Type*>(v.native); }

// functor.type: makes a type from a payload.
Value runFromPayload(Evaluator& ev, Value* args, Pos) {
  Type* type = ownerArg(args[0]);
  Compose& c = *type->c;
  const Value payload = args[1];
  auto get = [&](Symbol name) { return ev.selectOr(payload, name, Value::null(), 0); };
  switch (type->kind) {
    case Kind::StrMatching: return typeValue(strMatching(c, get(c.names.pattern)));
    case Kind::SeparatedString: return typeValue(separatedString(c, get(c.names.sep)));
    case Kind::Enum: return typeValue(enumOf(c, get(c.names.values)));
    case Kind::ListOf: return typeValue(listOf(c, get(c.names.elemType)));
    case Kind::NullOr: return typeValue(nullOr(c, get(c.names.elemType)));
    case Kind::FunctionTo: return typeValue(functionTo(c, get(c.names.elemType)));
    case Kind::Unique: return typeValue(uniqueOf(c, type->other, get(c.names.elemType)));
    case Kind::AttrsWith:
      return typeValue(attrsWith(c, get(c.names.elemType), get(c.names.lazy).isTrue(), get(c.names.placeholder)));
    case Kind::AttrTag: return typeValue(attrTag(c, get(c.names.tags)));
    case Kind::Deferred: return typeValue(deferredWith(c, get(c.names.staticModules)));
    case Kind::Path:
    case Kind::Submodule:
      return ev.call(ev.select(c.typesSet, c.symbol(type->kind == Kind::Path ? "pathWith" : "submoduleWith"), 0),
                     payload, 0);
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
    case Kind::Attrs:
    case Kind::Fileset:
    case Kind::Package:
    case Kind::ShellPackage:
    case Kind::LuaInline:
    case Kind::OptionDeclaration:
    case Kind::OptionType:
    case Kind::AttrListOf:
    case Kind::Either:
    case Kind::CoercedTo:
    case Kind::AddCheck:
    case Kind::Custom: break;
  }
  return plainType(type);
}

// functor.binOp: the payload of the merged type, or null.
Value runBinOp(Evaluator& ev, Value* args, Pos) {
  Type* type = ownerArg(args[0]);
  Compose& c = *type->c;
  const Value made[] = {ev.call(ev.primApp(args[1].prim, {args[0]}), args[2], 0),
                        ev.call(ev.primApp(args[1].prim, {args[0]}), args[3], 0)};
  const Value merged = mergeValues(c, made[0], made[1]);
  if (!merged.is(Tag::Attrs)) return merged;
  return ev.select(ev.select(merged, c.names.functor, 0), c.names.payload, 0);
}

Value runNoBinOp(Evaluator&, Value*, Pos) { return Value::null(); }

constexpr lang::PrimOp kFromPayload{"functor.type", 2, runFromPayload};
constexpr lang::PrimOp kBinOp{"functor.binOp", 4, runBinOp};
constexpr lang::PrimOp kNoBinOp{"functor.binOp", 2, runNoBinOp};

Value triValue(Tri t) { return t == Tri::Null ? Value::null() : Value::of(t == Tri::True); }

Value payloadOf(Type* type) {
  Compose& c = *type->c;
  switch (type->kind) {
    case Kind::StrMatching: return c.ev.attrs({{"pattern", type->other}});
    case Kind::SeparatedString: return c.ev.attrs({{"sep", type->other}});
    case Kind::Enum: return c.ev.attrs({{"values", type->other}});
    case Kind::ListOf:
    case Kind::NullOr:
    case Kind::FunctionTo:
    case Kind::Unique: return c.ev.attrs({{"elemType", type->elem}});
    case Kind::AttrsWith:
      return c.ev.attrs({{"elemType", type->elem}, {"lazy", Value::of(type->lazy)}, {"placeholder", type->other}});
    case Kind::AttrTag: return c.ev.attrs({{"tags", type->other}});
    case Kind::Deferred: return c.ev.attrs({{"staticModules", type->other}});
    case Kind::Path: return c.ev.attrs({{"inStore", triValue(type->inStore)}, {"absolute", triValue(type->absolute)}});
    case Kind::Either: {
      const Value both[] = {type->elem, type->other};
      return c.ev.attrs({{"elemType", c.ev.list(both)}});
    }
    case Kind::Submodule: {
      const SubmoduleArgs& args = *type->submodule;
      return c.ev.attrs({{"modules", args.modules},
                         {"class", args.klass},
                         {"specialArgs", args.specialArgs},
                         {"shorthandOnlyDefinesConfig", args.shorthand},
                         {"description", args.description}});
    }
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
    case Kind::Attrs:
    case Kind::Fileset:
    case Kind::Package:
    case Kind::ShellPackage:
    case Kind::LuaInline:
    case Kind::OptionDeclaration:
    case Kind::OptionType:
    case Kind::AttrListOf:
    case Kind::CoercedTo:
    case Kind::AddCheck:
    case Kind::Custom: break;
  }
  return Value::null();
}

}  // namespace

Value typeMerge(Type* a, Type* b) {
  Value error;
  a = functorOwner(a, &error);
  b = a ? functorOwner(b, &error) : nullptr;
  if (!b) return error;
  if (!usesSet(a) && !usesSet(b)) return mergeNative(a, b);
  Compose& c = *a->c;
  return c.ev.call(c.ev.select(typeValue(a), c.names.typeMerge, 0), c.ev.select(typeValue(b), c.names.functor, 0), 0);
}

Value typeMergeFunctor(Type* a, Value functor) {
  Compose& c = *a->c;
  functor = c.ev.force(functor);
  if (!functor.is(Tag::Attrs)) return functor.isError() ? functor : c.ev.typeError("a set", functor, 0);
  Value error;
  if (const Attr* hidden = functor.attrs->find(c.common.nativeType))
    if (Type* b = nativeOf<Type>(hidden->value, kTypeKind)) {
      a = functorOwner(a, &error);
      return a ? mergeNative(a, b) : error;
    }
  a = functorOwner(a, &error);
  if (!a) return error;
  if (a->kind == Kind::AttrListOf || a->kind == Kind::CoercedTo) return Value::null();
  return defaultTypeMerge(c, typeFunctor(a), functor);
}

Value typeFunctor(Type* type) {
  Compose& c = *type->c;
  Value error;
  Type* owner = functorOwner(type, &error);
  if (!owner) return error;
  if (usesSet(owner)) return c.ev.select(typeValue(owner), c.names.functor, 0);
  const Value self = Value::of(static_cast<lang::NativeObject*>(owner));
  const Value payload = payloadOf(owner);
  const bool plain = payload.is(Tag::Null);
  const bool none = owner->kind == Kind::AttrListOf || owner->kind == Kind::CoercedTo;
  const Value make = none ? Value::null() : plain ? plainType(owner) : c.ev.primApp(&kFromPayload, {self});
  const Value binOp = plain ? Value::of(&kNoBinOp) : c.ev.primApp(&kBinOp, {self, Value::of(&kFromPayload)});
  return c.ev.attrs({{"name", Value::text(functorName(owner))},
                     {"type", make},
                     {"payload", payload},
                     {"binOp", binOp},
                     {"__native", self}});
}

Value defaultTypeMerge(Compose& c, Value functor, Value otherFunctor) {
  auto get = [&](Value set, Symbol name) { return c.ev.select(set, name, 0); };
  const Value names[] = {get(functor, c.common.name), get(otherFunctor, c.common.name)};
  const Value sameName = c.ev.equal(names[0], names[1], 0);
  if (!sameName.isTrue()) return sameName.isError() ? sameName : Value::null();
  const Value payload = get(functor, c.names.payload), otherPayload = get(otherFunctor, c.names.payload);
  if (payload.isError() || otherPayload.isError()) return payload.isError() ? payload : otherPayload;
  if (payload.is(Tag::Null) != otherPayload.is(Tag::Null))
    return c.ev.failText(ErrorKind::Assertion, 0, "assertion '((f'.payload != null) == (f.payload != null))' failed");
  const Value make = get(functor, c.common.drvType);
  if (payload.is(Tag::Null)) return make;
  const Value merged = c.ev.call(get(functor, c.names.binOp), {payload, otherPayload}, 0);
  if (merged.is(Tag::Null) || merged.isError()) return merged;
  return c.ev.call(make, merged, 0);
}

}  // namespace fleetd::compose
