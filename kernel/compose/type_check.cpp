// Checks of option types.
#include <algorithm>

#include "kernel/compose/compose.hpp"
#include "kernel/compose/errors.hpp"
#include "kernel/compose/merge.hpp"

namespace fleetd::compose {

namespace {

Value yes(bool b) { return Value::of(b); }

// Bool of a tag; unknown values stay unknown.
Value hasTag(Value v, Tag tag) { return v.isError() || v.isUnknown() ? v : yes(v.is(tag)); }

Value matches(Compose& c, Value pattern, Value v) {
  const Value result = c.ev.call(c.ev.select(c.ev.builtins(), c.symbol("match"), 0), {pattern, v}, 0);
  return result.isError() || result.isUnknown() ? result : yes(!result.is(Tag::Null));
}

bool onlyBlanks(std::string_view text) { return text.find_first_not_of(" \t\n") == std::string_view::npos; }

// The pattern [^\n\r]*\n? without the regular expression.
bool singleLine(std::string_view text) {
  const auto at = text.find_first_of("\n\r");
  return at == std::string_view::npos || (text[at] == '\n' && at + 1 == text.size());
}

Value isDerivation(Compose& c, Value v) {
  if (!v.is(Tag::Attrs)) return hasTag(v, Tag::Attrs);
  const Attr* attr = v.attrs->find(c.common.drvType);
  if (!attr) return yes(false);
  const Value type = c.ev.force(attr->value);
  return type.isError() || type.isUnknown() ? type : yes(type.is(Tag::String) && type.string() == "derivation");
}

Value typeIs(Compose& c, Value v, std::string_view wanted) {
  if (!v.is(Tag::Attrs)) return hasTag(v, Tag::Attrs);
  const Attr* attr = v.attrs->find(c.common.type);
  if (!attr) return yes(false);
  const Value type = c.ev.force(attr->value);
  return type.isError() || type.isUnknown() ? type : yes(type.is(Tag::String) && type.string() == wanted);
}

Value checkPackage(Type* type, Value v) {
  Compose& c = *type->c;
  if (v.isUnknown() || v.isError()) return v;
  const Value derivation = isDerivation(c, v);
  if (type->kind == Kind::ShellPackage)
    return derivation.isTrue() ? yes(v.attrs->find(c.names.shellPath) != nullptr) : derivation;
  if (!derivation.isFalse()) return derivation;
  if (!isStringLike(c, v)) return yes(false);
  const Value text = c.ev.coerceToString(v, Evaluator::Coerce::ToString, 0);
  if (!text.is(Tag::String)) return text;
  const std::string_view path = text.string();
  constexpr std::string_view kStore = "/nix/store/";
  return yes(path.starts_with(kStore) && path.size() > kStore.size() &&
             path.find('/', kStore.size()) == std::string_view::npos);
}

// /nix/store/<hash>-name, perhaps with more below it.
bool inStore(std::string_view path) {
  constexpr std::string_view kStore = "/nix/store/";
  if (!path.starts_with(kStore)) return false;
  const std::string_view name = path.substr(kStore.size(), path.find('/', kStore.size()) - kStore.size());
  if (name.size() < 34 || name[32] != '-') return false;
  return std::all_of(name.begin(), name.begin() + 32,
                     [](char ch) { return (ch >= 'a' && ch <= 'z') || (ch >= '0' && ch <= '9'); });
}

Value checkPath(const Type* type, Value v) {
  Compose& c = *type->c;
  if (v.isUnknown() || v.isError()) return v;
  const bool expected = type->inStore == Tri::False ? v.is(Tag::String) : isStringLike(c, v);
  if (!expected) return yes(false);
  const Value text = c.ev.coerceToString(v, Evaluator::Coerce::ToString, 0);
  if (!text.is(Tag::String)) return text;
  if (type->inStore != Tri::Null && inStore(text.string()) != (type->inStore == Tri::True)) return yes(false);
  return yes(type->absolute == Tri::Null || text.string().starts_with('/') == (type->absolute == Tri::True));
}

Value checkEnum(Type* type, Value v) {
  Compose& c = *type->c;
  if (v.isError() || v.isUnknown()) return v;
  const Value values = c.ev.force(type->other);
  if (!values.is(Tag::List))
    return values.isError() || values.isUnknown() ? values : c.ev.typeError("a list", values, 0);
  for (Value one : values.list()) {
    const Value same = c.ev.equal(v, one, 0);
    if (!same.isFalse()) return same;
  }
  return yes(false);
}

Value checkTag(Type* type, Value v) {
  Compose& c = *type->c;
  if (!v.is(Tag::Attrs)) return hasTag(v, Tag::Attrs);
  if (v.attrs->size != 1) return yes(false);
  return c.ev.hasAttr(type->other, v.attrs->items[0].name, 0);
}

Value checkModule(Type* type, Value v) {
  if (v.isError() || v.isUnknown() || v.is(Tag::Attrs) || v.isFunction())
    return v.isError() || v.isUnknown() ? v : yes(true);
  return checkPath(type->c->path, v);
}

Value either(Type* first, Value x, Type* second, Value y) {
  const Value a = checkValue(first, x);
  if (!a.isFalse() && !a.isUnknown()) return a;
  const Value b = checkValue(second, y);
  return a.isUnknown() && b.isFalse() ? a : b;
}

Value checkPredicate(Type* type, Value v) {
  Compose& c = *type->c;
  auto lessOrEqual = [&](Value a, Value b) {
    const Value greater = c.ev.less(b, a, 0);
    return greater.is(Tag::Bool) ? yes(!greater.boolean()) : greater;
  };
  switch (type->predicate) {
    case Predicate::None: return yes(true);
    case Predicate::Function:
      return c.ev.truth(c.ev.call(type->other, v, 0), 0, "while checking the value of an option");
    case Predicate::Range: {
      const Value low = lessOrEqual(c.ev.force(type->other), v);
      return low.isTrue() ? lessOrEqual(v, c.ev.force(type->extra)) : low;
    }
    case Predicate::NonNegative: return lessOrEqual(Value::of(std::int64_t{0}), v);
    case Predicate::Positive: return c.ev.less(Value::of(std::int64_t{0}), v, 0);
    case Predicate::NonEmptyList:
      return v.is(Tag::List) ? yes(v.aux != 0) : v.isUnknown() || v.isError() ? v : yes(true);
    case Predicate::Passwd:
      if (!v.is(Tag::String)) return v.isUnknown() || v.isError() ? v : c.ev.typeError("a string", v, 0);
      return yes(v.string().find_first_of(":\n") == std::string_view::npos);
    case Predicate::PackageSet: return typeIs(c, v, "pkgs");
  }
  return yes(true);
}

Value checkCoerced(Type* type, Value v) {
  Compose& c = *type->c;
  Value error;
  Type* from = elemOf(type, &error);
  Type* to = otherOf(type, &error);
  if (!from || !to) return error;
  const Value fits = checkValue(from, v);
  if (fits.isError()) return fits;
  if (fits.isTrue()) {
    const Value ok = checkValue(to, c.ev.lazyCall(type->extra, {v}, 0));
    if (!ok.isFalse()) return ok;
  }
  return checkValue(to, v);
}

Value checkCustom(Type* type, Value v) {
  Compose& c = *type->c;
  const Value ok = c.ev.call(c.ev.select(typeValue(type), c.common.check, 0), v, 0);
  return c.ev.truth(ok, 0, "while checking the value of an option");
}

}  // namespace

Value checkValue(Type* type, Value v) {
  Compose& c = *type->c;
  Value error;
  switch (type->kind) {
    case Kind::Unspecified:
    case Kind::Assumed:
    case Kind::Raw:
    case Kind::Anything: return yes(true);
    case Kind::Bool:
    case Kind::BoolByOr: return hasTag(c.ev.force(v), Tag::Bool);
    case Kind::Int: return hasTag(c.ev.force(v), Tag::Int);
    case Kind::Float: return hasTag(c.ev.force(v), Tag::Float);
    case Kind::Str:
    case Kind::SeparatedString: return hasTag(c.ev.force(v), Tag::String);
    case Kind::NonEmptyStr: {
      const Value ok = hasTag(v = c.ev.force(v), Tag::String);
      return ok.isTrue() ? yes(!onlyBlanks(v.string())) : ok;
    }
    case Kind::SingleLineStr: {
      const Value ok = hasTag(v = c.ev.force(v), Tag::String);
      return ok.isTrue() ? yes(singleLine(v.string())) : ok;
    }
    case Kind::StrMatching: {
      const Value ok = hasTag(v = c.ev.force(v), Tag::String);
      return ok.isTrue() ? matches(c, type->other, v) : ok;
    }
    case Kind::Attrs:
    case Kind::AttrsWith: return hasTag(c.ev.force(v), Tag::Attrs);
    case Kind::ListOf: return hasTag(c.ev.force(v), Tag::List);
    case Kind::AttrListOf:
      v = c.ev.force(v);
      return v.isError() || v.isUnknown() ? v : yes(v.is(Tag::List) || v.is(Tag::Attrs));
    case Kind::Fileset: return c.ev.call(c.lib({"fileset", "isFileset"}), v, 0);
    case Kind::Package:
    case Kind::ShellPackage: return checkPackage(type, c.ev.force(v));
    case Kind::Path: return checkPath(type, c.ev.force(v));
    case Kind::LuaInline: return typeIs(c, c.ev.force(v), "lua-inline");
    case Kind::OptionDeclaration: {
      const Value ok = typeIs(c, v = c.ev.force(v), "option");
      return ok.isTrue() ? yes(!v.attrs->find(c.common.value)) : ok;
    }
    case Kind::OptionType: return typeIs(c, c.ev.force(v), "option-type");
    case Kind::Enum: return checkEnum(type, c.ev.force(v));
    case Kind::AttrTag: return checkTag(type, c.ev.force(v));
    case Kind::Submodule:
    case Kind::Deferred: return checkModule(type, c.ev.force(v));
    case Kind::FunctionTo: return isFunction(c, c.ev.force(v));
    case Kind::NullOr:
      if ((v = c.ev.force(v)).is(Tag::Null)) return yes(true);
      [[fallthrough]];
    case Kind::Unique: {
      Type* elem = elemOf(type, &error);
      return elem ? checkValue(elem, v) : error;
    }
    case Kind::Either: {
      Type* left = elemOf(type, &error);
      Type* right = left ? otherOf(type, &error) : nullptr;
      return right ? either(left, v, right, v) : error;
    }
    case Kind::CoercedTo: return checkCoerced(type, v);
    case Kind::AddCheck: {
      Type* elem = elemOf(type, &error);
      if (!elem) return error;
      const Value ok = checkValue(elem, v);
      return ok.isTrue() ? checkPredicate(type, c.ev.force(v)) : ok;
    }
    case Kind::Custom: return checkCustom(type, v);
  }
  return yes(true);
}

namespace {

bool isScalar(Value v) {
  switch (v.tag) {
    case Tag::Null:
    case Tag::Bool:
    case Tag::Int:
    case Tag::Float:
    case Tag::String:
    case Tag::Path: return true;
    default: return false;
  }
}

bool sameScalar(Value a, Value b) {
  if (a.tag != b.tag) return false;
  if (a.is(Tag::String)) return a.string() == b.string();
  return (a.is(Tag::Int) && a.integer == b.integer) || (a.is(Tag::Bool) && a.aux == b.aux) || a.is(Tag::Null);
}

bool inRange(const Type* type, Value v) {
  const Value low = type->other, high = type->extra;
  return v.is(Tag::Int) && low.is(Tag::Int) && high.is(Tag::Int) && low.integer <= v.integer &&
         v.integer <= high.integer;
}

bool listed(Value values, Value v) {
  if (!values.is(Tag::List)) return false;
  return std::any_of(values.list().begin(), values.list().end(), [&](Value one) { return sameScalar(one, v); });
}

}  // namespace

bool mergesAtOnce(const Type* type, Value v, Value* out) {
  bool ok = false;
  switch (type->kind) {
    case Kind::Bool:
    case Kind::BoolByOr: ok = v.is(Tag::Bool); break;
    case Kind::Int: ok = v.is(Tag::Int); break;
    case Kind::Float: ok = v.is(Tag::Float); break;
    case Kind::Str: ok = v.is(Tag::String); break;
    case Kind::SeparatedString: ok = v.is(Tag::String); break;
    case Kind::NonEmptyStr: ok = v.is(Tag::String) && !onlyBlanks(v.string()); break;
    case Kind::Unspecified:
    case Kind::Raw: ok = !v.isUnknown(); break;
    case Kind::Assumed: ok = !v.isUnknown() && !(v.is(Tag::Attrs) && v.attrs->size == 0); break;  // see mergeAssumed
    case Kind::Anything: ok = isScalar(v); break;
    case Kind::Enum: ok = listed(type->other, v); break;
    case Kind::Path:
      ok = type->inStore == Tri::Null && type->absolute == Tri::True && (v.is(Tag::String) || v.is(Tag::Path)) &&
           v.string().starts_with('/');
      break;
    case Kind::NullOr:
      if (v.is(Tag::Null))
        ok = true;
      else
        return type->elemType && !type->elemType->v2 && mergesAtOnce(type->elemType, v, out);
      break;
    case Kind::AddCheck:
      ok = type->predicate == Predicate::Range && !type->v2 && type->elemType && type->elemType->kind == Kind::Int &&
           inRange(type, v);
      break;
    case Kind::SingleLineStr:
    case Kind::StrMatching:
    case Kind::Attrs:
    case Kind::Fileset:
    case Kind::Package:
    case Kind::ShellPackage:
    case Kind::LuaInline:
    case Kind::OptionDeclaration:
    case Kind::OptionType:
    case Kind::ListOf:
    case Kind::AttrListOf:
    case Kind::AttrsWith:
    case Kind::AttrTag:
    case Kind::Unique:
    case Kind::FunctionTo:
    case Kind::Either:
    case Kind::CoercedTo:
    case Kind::Submodule:
    case Kind::Deferred:
    case Kind::Custom: break;
  }
  if (ok) *out = v;
  return ok;
}

}  // namespace fleetd::compose
