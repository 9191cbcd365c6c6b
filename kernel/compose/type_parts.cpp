// The parts of option types that documentation and further declarations look at: sub-options, sub-modules, nested
// types.
#include "kernel/compose/compose.hpp"
#include "kernel/compose/submodule.hpp"
#include "kernel/compose/type_set.hpp"

namespace fleetd::compose {

namespace {

// The type whose sub-modules are those of a container; null when the kind is no such container.
Type* inner(Type* type, Value* error) {
  switch (type->kind) {
    case Kind::ListOf:
    case Kind::AttrListOf:
    case Kind::AttrsWith:
    case Kind::NullOr:
    case Kind::FunctionTo:
    case Kind::Unique:
    case Kind::AddCheck: return elemOf(type, error);
    case Kind::CoercedTo: return otherOf(type, error);
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
    case Kind::Either:
    case Kind::Submodule:
    case Kind::Deferred:
    case Kind::Custom: return nullptr;
  }
  return nullptr;
}

bool asksTheSet(const Type* type, std::uint8_t part) {
  return type->kind == Kind::Custom || (type->replaced & part) != 0;
}

}  // namespace

bool hasSubModules(Type* type, Value* error) {
  if (asksTheSet(type, overridden::kSubModules)) {
    const Value modules = subModules(type);
    if (modules.isError()) *error = modules;
    return !modules.is(Tag::Null);
  }
  if (type->kind == Kind::Submodule || type->kind == Kind::Deferred) return true;
  Type* elem = inner(type, error);
  return elem && hasSubModules(elem, error);
}

Value subModules(Type* type) {
  Compose& c = *type->c;
  if (asksTheSet(type, overridden::kSubModules))
    return c.ev.selectOr(typeValue(type), c.names.getSubModules, Value::null(), 0);
  if (type->kind == Kind::Submodule) return c.ev.force(type->submodule->modules);
  if (type->kind == Kind::Deferred) return c.ev.force(type->other);
  Value error;
  Type* elem = inner(type, &error);
  if (error.isError()) return error;
  return elem ? subModules(elem) : Value::null();
}

Value substSubModules(Type* type, Value modules) {
  Compose& c = *type->c;
  if (asksTheSet(type, overridden::kSubstSubModules)) {
    // A derived set of a container names its own function; nonEmptyListOf and its like keep theirs natively.
    return c.ev.call(c.ev.select(typeValue(type), c.names.substSubModules, 0), modules, 0);
  }
  if (type->kind == Kind::Submodule) {
    SubmoduleArgs args = *type->submodule;
    args.modules = modules;
    args.base = nullptr;
    return typeValue(submoduleWith(c, args));
  }
  if (type->kind == Kind::Deferred) return typeValue(deferredWith(c, modules));
  Value error;
  Type* elem = inner(type, &error);
  if (!elem) return error.isError() ? error : Value::null();
  const Value changed = substSubModules(elem, modules);
  if (changed.isError()) return changed;
  Type* copy = nullptr;
  switch (type->kind) {
    case Kind::ListOf: copy = listOf(c, changed); break;
    case Kind::AttrsWith: copy = attrsWith(c, changed, type->lazy, type->other); break;
    case Kind::NullOr: copy = nullOr(c, changed); break;
    case Kind::FunctionTo: copy = functionTo(c, changed); break;
    case Kind::Unique: copy = uniqueOf(c, Value::text(""), changed); break;
    case Kind::AttrListOf:
      copy = newType(c, Kind::AttrListOf);
      copy->elem = changed;
      copy->asAttrs = type->asAttrs;
      copy->extra = type->extra;
      break;
    case Kind::CoercedTo:
      copy = newType(c, Kind::CoercedTo);
      copy->elem = type->elem;
      copy->other = changed;
      copy->extra = type->extra;
      break;
    case Kind::AddCheck:
      // Only nonEmptyListOf re-applies its check; the set of a plain addCheck has its element's function.
      if (type->predicate != Predicate::NonEmptyList) return changed;
      copy = addCheck(c, changed, type->predicate, type->other, type->extra, &error);
      break;
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
    case Kind::Either:
    case Kind::Submodule:
    case Kind::Deferred:
    case Kind::Custom: break;
  }
  return copy ? typeValue(copy) : error;
}

Value subOptions(Type* type, const Loc* prefix) {
  Compose& c = *type->c;
  if (asksTheSet(type, overridden::kSubOptions))
    return c.ev.call(c.ev.select(typeValue(type), c.names.getSubOptions, 0), locList(c, prefix), 0);
  if (type->kind == Kind::Submodule || type->kind == Kind::Deferred) return documentedOptions(type, prefix);
  if (type->kind == Kind::AttrTag) {
    const Value tags = c.ev.force(type->other);
    if (!tags.is(Tag::Attrs)) return tags;
    std::vector<Attr> out;
    for (const Attr& tag : *tags.attrs) {
      const Value loc = c.ev.attrs({{"loc", locList(c, c.loc(prefix, tag.name))}});
      const Value option = c.ev.update(tag.value, loc, 0);
      if (option.isError()) return option;
      out.push_back({tag.name, tag.pos, option});
    }
    return c.ev.attrs(out);
  }
  Value error;
  Type* elem = inner(type, &error);
  if (!elem) return error.isError() ? error : Value::of(c.ev.newBindings(0));
  if (type->kind == Kind::ListOf || type->kind == Kind::AttrListOf) return subOptions(elem, c.namedLoc(prefix, "*"));
  if (type->kind == Kind::FunctionTo) return subOptions(elem, c.namedLoc(prefix, "<function body>"));
  if (type->kind == Kind::AttrsWith) {
    const Value placeholder = c.ev.force(type->other);
    if (!placeholder.is(Tag::String)) return placeholder;
    return subOptions(elem, c.namedLoc(prefix, fmt::format("<{}>", placeholder.string())));
  }
  return subOptions(elem, prefix);
}

Value nestedTypes(Type* type) {
  Compose& c = *type->c;
  switch (type->kind) {
    case Kind::ListOf:
    case Kind::AttrListOf:
    case Kind::AttrsWith:
    case Kind::NullOr:
    case Kind::FunctionTo:
    case Kind::Unique: return c.ev.attrs({{"elemType", type->elem}});
    case Kind::Either: return c.ev.attrs({{"left", type->elem}, {"right", type->other}});
    case Kind::CoercedTo: return c.ev.attrs({{"coercedType", type->elem}, {"finalType", type->other}});
    case Kind::AttrTag: return c.ev.force(type->other);
    case Kind::Submodule: {
      Value error;
      const Value freeform = submoduleFreeform(type, &error);
      if (error.isError()) return error;
      if (freeform.is(Tag::Null)) break;
      return c.ev.attrs({{"freeformType", freeform}});
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
    case Kind::AddCheck:
    case Kind::Deferred:
    case Kind::Custom: break;
  }
  return Value::of(c.ev.newBindings(0));
}

}  // namespace fleetd::compose
