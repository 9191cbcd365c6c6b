// Submodules and deferred modules.
#include "kernel/compose/submodule.hpp"

#include <algorithm>
#include <vector>

#include "kernel/compose/errors.hpp"
#include "kernel/compose/evaluation.hpp"
#include "kernel/compose/kept.hpp"
#include "kernel/compose/merge.hpp"
#include "kernel/compose/type_set.hpp"
#include "kernel/compose/type_text.hpp"

namespace fleetd::compose {

namespace {

// { _module.args.name = name; }
Value nameConfig(Compose& c, Value name) {
  Value config = name;
  for (Symbol part : {c.common.name, c.common.args, c.common.module}) {
    Bindings* set = c.ev.newBindings(1);
    set->items[0] = {part, 0, config};
    config = Value::of(set);
  }
  return config;
}

Evaluation* evaluationOf(Type* type, std::span<const ModuleSource> more, const Loc* prefix) {
  Compose& c = *type->c;
  const SubmoduleArgs& args = *type->submodule;
  auto* sources = c.ev.arena().array<ModuleSource>(more.size() + 2);
  sources[0] = {ModuleSource::Kind::Config, c.placeholderName, &c.unknownFile};
  sources[1] = {ModuleSource::Kind::List, args.modules, nullptr};
  std::copy(more.begin(), more.end(), sources + 2);
  return newEvaluation(c, {{sources, more.size() + 2}, args.specialArgs, args.klass, prefix, false});
}

Evaluation* baseOf(Type* type) {
  if (!type->submodule->base) {
    const Kept kept(type->c->ev, type->isPrivate);
    type->submodule->base = evaluationOf(type, {}, nullptr);
  }
  return type->submodule->base;
}

Evaluation* documentedEvaluation(Type* type, const Loc* prefix) {
  Compose& c = *type->c;
  const Value off = c.ev.attrs(
      {{"_module", c.ev.attrs({{"check", makeOverride(c, Value::of(std::int64_t{50}), Value::of(false))}})}});
  File* file =
      c.fileOf(Value::text("<built-in module that disables checks for the purpose of documentation generation>"));
  const ModuleSource source{ModuleSource::Kind::Config, off, file};
  return evaluationOf(type, std::span<const ModuleSource>(&source, 1), prefix);
}

// A submodule with the static modules of a deferred module, for what documentation asks of it.
Type* asSubmodule(Type* type) {
  if (type->kind == Kind::Submodule) return type;
  Compose& c = *type->c;
  return submoduleWith(c,
                       {type->other, Value::of(c.ev.newBindings(0)), Value::of(false), Value::null(), Value::null()});
}

// nixpkgs' lib takes definitions with nothing but a value and a file, so that these fail there, too.
Value badShape(Compose& c, const Def& def) {
  if (!def.ordered && !def.set) return {};
  return c.ev.failText(
      ErrorKind::Arguments, def.pos,
      fmt::format("function 'anonymous lambda' called with unexpected argument '{}'",
                  def.ordered ? "priority" : "_type"),
      "a definition of a submodule as a whole cannot be ordered or located: put mkOrder, mkBefore and mkAfter around the values inside");
}

Evaluation* instance(Type* type, const Loc* loc, std::span<Def> defs, Value* error) {
  Compose& c = *type->c;
  const SubmoduleArgs& args = *type->submodule;
  std::vector<ModuleSource> more;
  more.reserve(defs.size() + 1);
  const Value name = loc->name ? Value::text(c.text(loc->name)) : c.ev.string(locPart(c, loc));
  more.push_back({ModuleSource::Kind::Config, nameConfig(c, name), &c.unknownFile});
  for (const Def& def : defs) {
    const Value v = c.ev.force(def.value);
    *error = v.isError() ? v : badShape(c, def);
    if (error->isError()) return nullptr;
    bool config = false;
    if (v.is(Tag::Attrs)) {
      const Value shorthand = c.ev.truth(c.ev.force(args.shorthand), 0, "while evaluating shorthandOnlyDefinesConfig");
      if (shorthand.isError()) {
        *error = shorthand;
        return nullptr;
      }
      config = shorthand.isTrue();
    }
    more.push_back({config ? ModuleSource::Kind::Config : ModuleSource::Kind::Import, v, def.file});
  }
  return evaluationOf(type, more, loc);
}

}  // namespace

Value mergeSubmodule(Type* type, const Loc* loc, std::span<Def> defs) {
  Value error;
  Evaluation* e = instance(type, loc, defs, &error);
  return e ? type->c->ev.force(visibleConfig(*e)) : error;
}

// The values in it may depend on the host, so hosts do not share it.
Value emptySubmodule(Type* type) {
  Evaluation* e = type->c->ev.scope() ? evaluationOf(type, {}, nullptr) : baseOf(type);
  return type->c->ev.force(visibleConfig(*e));
}

Value mergeDeferred(Type* type, const Loc* loc, std::span<Def> defs) {
  Compose& c = *type->c;
  const Value fixed = c.ev.force(type->other);
  if (!fixed.is(Tag::List)) return fixed.isError() ? fixed : c.ev.typeError("a list", fixed, 0);
  std::vector<Value> imports(fixed.list().begin(), fixed.list().end());
  const std::string path = showOption(c, loc);
  for (const Def& def : defs)
    imports.push_back(located(c, c.ev.string(fmt::format("{}, via option {}", c.fileName(def.file), path)), def.value));
  return c.ev.attrs({{"imports", c.ev.list(imports)}});
}

Value submoduleFreeform(Type* type, Value* error) {
  const Value v = moduleOption(*baseOf(type), type->c->common.freeformType);
  if (v.isError()) *error = v;
  return v;
}

Type* documentedFreeform(Type* type, Value* error) {
  const Value v = moduleOption(*documentedEvaluation(type, nullptr), type->c->common.freeformType);
  if (v.isError()) *error = v;
  if (!v.is(Tag::Attrs) || !v.attrs->find(type->c->common.description)) return nullptr;
  return typeOf(*type->c, v, error);
}

Value documentedOptions(Type* type, const Loc* prefix) {
  Compose& c = *type->c;
  type = asSubmodule(type);
  Evaluation* e = documentedEvaluation(type, prefix);
  const Value options = c.ev.force(Value::of(&e->visibleOptions));
  if (options.isError()) return options;
  const Value freeform = moduleOption(*e, c.common.freeformType);
  if (!freeform.is(Tag::Attrs)) return freeform.isError() ? freeform : options;
  Value error;
  Type* inner = typeOf(c, freeform, &error);
  if (!inner) return error;
  return c.ev.update(options, c.ev.attrs({{"_freeformOptions", subOptions(inner, prefix)}}), 0);
}

Value mergeSubmoduleTypes(Type* a, Type* b) {
  Compose& c = *a->c;
  const SubmoduleArgs &x = *a->submodule, &y = *b->submodule;
  SubmoduleArgs out;
  Value error;
  // Of two optional parameters the one that is set; both set must be equal.
  auto either = [&](Value left, Value right, std::string_view what) {
    left = c.ev.force(left);
    right = c.ev.force(right);
    if (left.is(Tag::Null) || left.isError()) return left.isError() ? left : right;
    if (right.is(Tag::Null) || right.isError()) return right.isError() ? right : left;
    const Value same = c.ev.equal(left, right, 0);
    if (!same.isFalse()) return same.isTrue() ? left : same;
    return c.fail(nullptr, fmt::format("A submoduleWith option is declared multiple times with conflicting {}", what));
  };
  std::string classes = "class values";
  const Value one = c.ev.force(x.klass), two = c.ev.force(y.klass);
  if (one.is(Tag::String) && two.is(Tag::String))
    classes = fmt::format("class values \"{}\" and \"{}\".", one.string(), two.string());
  out.klass = either(x.klass, y.klass, classes);
  out.shorthand = either(x.shorthand, y.shorthand, "shorthandOnlyDefinesConfig values");
  out.description = either(x.description, y.description, "descriptions");
  out.modules = c.ev.concat(x.modules, y.modules, 0);
  out.specialArgs = c.ev.update(x.specialArgs, y.specialArgs, 0);
  for (Value v : {out.klass, out.shorthand, out.description, out.modules, out.specialArgs})
    if (v.isError()) return v;
  const Value left = c.ev.force(x.specialArgs), right = c.ev.force(y.specialArgs);
  if (left.is(Tag::Attrs) && right.is(Tag::Attrs)) {
    std::string both;
    for (const Attr* attr : c.ev.sortedByName(left.attrs))
      if (right.attrs->find(attr->name)) both += (both.empty() ? "" : " ") + std::string(c.text(attr->name));
    if (!both.empty())
      return c.fail(
          nullptr,
          fmt::format("A submoduleWith option is declared multiple times with the same specialArgs \"{}\"", both));
  }
  return typeValue(submoduleWith(c, out));
}

Value submoduleResult(Type* type, const Loc* loc, std::span<Def> defs, Value* error) {
  Evaluation* e = instance(type, loc, defs, error);
  return e ? resultOf(*e) : *error;
}

}  // namespace fleetd::compose
