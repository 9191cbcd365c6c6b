// Merging plain values: equality, no type at all, `anything`, functions, tagged unions.
#include <algorithm>

#include "kernel/compose/compose.hpp"
#include "kernel/compose/errors.hpp"
#include "kernel/compose/merge.hpp"
#include "kernel/compose/option.hpp"
#include "kernel/compose/pretty.hpp"
#include "kernel/compose/small_vector.hpp"
#include "kernel/compose/type_set.hpp"

namespace fleetd::compose {

namespace {

// A function over the definitions: what it gives is merged once it is called.
struct Functions {
  Compose* c;
  Type* type;  // what is merged: of the result, or a functionTo; null: no type
  const Loc* loc;
  std::span<Def> defs;
};

std::span<Def> applied(Compose& c, std::span<Def> defs, Value arg) {
  auto out = c.ev.arena().copy(std::span<const Def>(defs));
  for (Def& def : out) def.value = c.ev.lazyCall(def.value, {arg}, 0);
  return out;
}

struct FunctionsObject : lang::NativeObject {
  Functions f;
};

Value asValue(Compose& c, Functions f) {
  auto* object = c.ev.arena().make<FunctionsObject>(FunctionsObject{{"compose.functions"}, f});
  return Value::of(static_cast<lang::NativeObject*>(object));
}

Value callFunctions(Evaluator&, Value* args, Pos) {
  const Functions& f = static_cast<FunctionsObject*>(args[0].native)->f;
  const auto defs = applied(*f.c, f.defs, args[1]);
  return f.type ? mergeOnly(f.type, f.loc, defs) : mergeUnspecified(*f.c, f.loc, defs);
}

Value callFunctionTo(Evaluator&, Value* args, Pos) {  // native, self, argument
  const Functions& f = static_cast<FunctionsObject*>(args[0].native)->f;
  Value error;
  Type* result = elemOf(f.type, &error);
  if (!result) return error;
  Cell* cell = newCell(*f.c, result, f.loc, applied(*f.c, f.defs, args[2]));
  return mergeCell(*cell);
}

constexpr lang::PrimOp kFunctions{"merged function", 2, callFunctions};
constexpr lang::PrimOp kFunctionTo{"merged function", 3, callFunctionTo};

template <class Test>
bool all(std::span<Def> defs, Test test) {
  return std::all_of(defs.begin(), defs.end(), [&](const Def& def) { return test(def.value); });
}

Value forceAll(Compose& c, std::span<Def> defs) {
  for (Def& def : defs) {
    def.value = c.ev.force(def.value);
    if (def.value.isError()) return def.value;
  }
  return {};
}

Value concatLists(Compose& c, std::span<Def> defs) {
  std::uint32_t size = 0;
  for (const Def& def : defs) size += def.value.aux;
  auto out = c.ev.newList(size);
  std::size_t at = 0;
  for (const Def& def : defs) {
    std::copy(def.value.list().begin(), def.value.list().end(), out.begin() + static_cast<std::ptrdiff_t>(at));
    at += def.value.aux;
  }
  return Value::list(out);
}

}  // namespace

Value mergeEqual(Compose& c, const Loc* loc, std::span<Def> defs) {
  if (defs.empty()) return c.ev.failText(ErrorKind::Abort, 0, "there are no definitions to merge");
  for (std::size_t i = 1; i < defs.size(); ++i) {
    const Value same = c.ev.equal(defs[i].value, defs[0].value, 0);
    if (same.isFalse()) return conflicting(c, loc, defs[0], defs[i]);
    if (!same.isTrue()) return same;
  }
  return c.ev.force(defs[0].value);
}

Value mergeUnspecified(Compose& c, const Loc* loc, std::span<Def> defs) {
  if (defs.size() == 1) return c.ev.force(defs[0].value);
  const Value error = forceAll(c, defs);
  if (error.isError()) return error;
  if (all(defs, [&](Value v) { return isFunction(c, v).isTrue(); }))
    return c.ev.primApp(&kFunctions, {asValue(c, Functions{&c, nullptr, loc, defs})});
  if (all(defs, [](Value v) { return v.is(Tag::List); })) return concatLists(c, defs);
  if (all(defs, [](Value v) { return v.is(Tag::Attrs); })) return mergeOnly(c.attrs, loc, defs);
  if (all(defs, [](Value v) { return v.is(Tag::Bool); })) return mergeOnly(c.boolByOr, loc, defs);
  if (all(defs, [](Value v) { return v.is(Tag::String); })) {
    SmallVector<Value, 16> parts;
    for (const Def& def : defs) parts.push(def.value);
    return c.ev.joinStrings(parts.span(), 0);
  }
  const bool sameInts = all(defs, [&](Value v) { return v.is(Tag::Int) && v.integer == defs[0].value.integer; });
  return sameInts ? defs[0].value : cannotMerge(c, loc, defs);
}

Value mergeAnything(Type* type, const Loc* loc, std::span<Def> defs) {
  Compose& c = *type->c;
  const Value error = forceAll(c, defs);
  if (error.isError()) return error;
  auto kindOf = [&](Value v) {
    return v.is(Tag::Attrs) && isStringLike(c, v) ? std::string_view("stringCoercibleSet") : valueKind(v);
  };
  const std::string_view kind = kindOf(defs[0].value);
  if (!all(defs, [&](Value v) { return kindOf(v) == kind; }))
    return c.fail(
        loc, fmt::format("The option `{}' has conflicting option types in {}", showOption(c, loc), showFiles(c, defs)));
  if (kind == "set") return mergeAttrs(attrsWith(c, typeValue(type), false, Value::text("name")), loc, defs);
  if (kind == "stringCoercibleSet") return defs.size() == 1 ? defs[0].value : notUnique(c, loc, "", defs);
  if (kind == "lambda")
    return c.ev.primApp(&kFunctions, {asValue(c, Functions{&c, type, c.namedLoc(loc, "<function body>"), defs})});
  return mergeEqual(c, loc, defs);
}

Value mergeFunctions(Type* type, const Loc* loc, std::span<Def> defs) {
  Compose& c = *type->c;
  const Value error = forceAll(c, defs);
  if (error.isError()) return error;
  // An argument is optional when it is in every definition that names it.
  std::vector<Attr> args;
  for (const Def& def : defs) {
    const Value own = functionArgs(c, def.value);
    if (!own.is(Tag::Attrs)) return own;
    for (const Attr& arg : *own.attrs) {
      const auto at = std::find_if(args.begin(), args.end(), [&](const Attr& a) { return a.name == arg.name; });
      if (at == args.end())
        args.push_back(arg);
      else
        at->value = Value::of(at->value.isTrue() && c.ev.force(arg.value).isTrue());
    }
  }
  const Value body =
      c.ev.primApp(&kFunctionTo, {asValue(c, Functions{&c, type, c.namedLoc(loc, "<function body>"), defs})});
  return c.ev.attrs({{"__functionArgs", c.ev.attrs(args)}, {"__functor", body}});
}

Value mergeTag(Type* type, const Loc* loc, std::span<Def> defs) {
  Compose& c = *type->c;
  Value error = forceAll(c, defs);
  if (error.isError()) return error;
  for (const Def& def : defs)
    if (!def.value.is(Tag::Attrs) || def.value.attrs->size != 1)
      return c.ev.typeError("a set with one attribute", def.value, 0);
  const Symbol choice = defs[0].value.attrs->items[0].name;
  auto inner = c.ev.arena().copy(std::span<const Def>(defs));
  for (Def& def : inner) {
    const Attr& tag = def.value.attrs->items[0];
    if (tag.name != choice)
      return c.fail(loc, fmt::format("The option `{}` is defined both as `{}` and `{}`, in {}.", showOption(c, loc),
                                     c.text(choice), c.text(tag.name), showFiles(c, defs)));
    def.value = tag.value;
  }
  const Value tags = c.ev.force(type->other);
  if (!tags.is(Tag::Attrs)) return tags.isError() ? tags : c.ev.typeError("a set", tags, 0);
  const Attr* tag = tags.attrs->find(choice);
  if (!tag) {
    const Value description = typeDescription(type);
    const std::string_view choices = description.is(Tag::String) ? description.string() : std::string_view();
    const auto colon = choices.find(": ");
    const std::string name = nixIdentifier(c.text(choice));
    return c.fail(
        loc,
        fmt::format(
            "The option `{}` is defined as {}, but {} is not among the valid choices ({}). Value {} was defined in {}.",
            showOption(c, loc), name, name, colon == std::string_view::npos ? "" : choices.substr(colon + 2),
            c.text(choice), showFiles(c, defs)));
  }
  const Value declaration = c.ev.force(tag->value);
  if (!declaration.is(Tag::Attrs)) return declaration.isError() ? declaration : c.ev.typeError("a set", declaration, 0);
  Option* option = newOption(c, c.loc(loc, choice), declaration, inner, &error);
  if (!option) return error;
  Bindings* out = c.ev.newBindings(1);
  out->items[0] = {choice, 0, optionValue(*option)};
  return Value::of(out);
}

}  // namespace fleetd::compose
