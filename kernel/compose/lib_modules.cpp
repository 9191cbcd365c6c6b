// lib.modules: evalModules and the functions that merge definitions and declarations.
#include <algorithm>
#include <memory>
#include <vector>

#include "kernel/compose/evaluation.hpp"
#include "kernel/compose/lib_type_functions.hpp"
#include "kernel/compose/lib_types.hpp"
#include "kernel/compose/merge.hpp"
#include "kernel/compose/type_set.hpp"
#include "kernel/compose/value_meta.hpp"

namespace fleetd::compose {

namespace {

using lang::PrimOp;

Compose& self(Value* args) { return *static_cast<Compose*>(args[0].native); }

Value warning(Compose& c, std::string_view text, Value result) {
  return c.ev.call(c.ev.select(c.ev.builtins(), c.symbol("warn"), 0), {c.ev.string(text), result}, 0);
}

Value runEvalModules(Evaluator& ev, Value* args, Pos pos) {
  Compose& c = self(args);
  const Value set = ev.force(args[1]);
  if (!set.is(Tag::Attrs)) return set.isError() ? set : ev.typeError("a set", set, pos);
  const Symbol known[] = {c.common.modules, c.common.prefix, c.common.specialArgs,
                          c.names.klassArg, c.common.args,   c.common.check};
  for (const Attr* attr : ev.sortedByName(set.attrs))
    if (std::find(std::begin(known), std::end(known), attr->name) == std::end(known))
      return ev.fail(ErrorKind::Arguments, attr->pos, "function 'evalModules' called with unexpected argument '{}'",
                     c.text(attr->name));
  const Attr* modules = set.attrs->find(c.common.modules);
  if (!modules)
    return ev.fail(ErrorKind::Arguments, pos, "function 'evalModules' called without required argument 'modules'");

  std::vector<ModuleSource> sources{{ModuleSource::Kind::List, modules->value, nullptr}};
  const Attr* moduleArgs = set.attrs->find(c.common.args);
  const Attr* check = set.attrs->find(c.common.check);
  auto internal = [&](Symbol name, Value value) {
    const Attr items[] = {{name, 0, value}};
    const Value config = ev.attrs({{"_module", makeSet(c, items)}});
    sources.push_back({ModuleSource::Kind::Config, config, &c.unknownFile});
  };
  if (moduleArgs) internal(c.common.args, moduleArgs->value);
  if (check) internal(c.common.check, makeOverride(c, Value::of(std::int64_t{1000}), check->value));

  EvaluationArgs out;
  out.sources = ev.arena().copy(std::span<const ModuleSource>(sources));
  auto given = [&](Symbol name, Value fallback) {
    const Attr* attr = set.attrs->find(name);
    return attr ? attr->value : fallback;
  };
  out.specialArgs = given(c.common.specialArgs, Value::of(ev.newBindings(0)));
  out.klass = given(c.names.klassArg, Value::null());
  if (const Attr* prefix = set.attrs->find(c.common.prefix)) {
    Value error;
    out.prefix = locFromList(c, nullptr, prefix->value, &error);
    if (error.isError()) return error;
  }
  Value result = resultOf(*newEvaluation(c, out));
  if (check)
    result =
        warning(c, "The check argument to evalModules is deprecated. Please set config._module.check instead.", result);
  if (moduleArgs)
    result =
        warning(c, "The args argument to evalModules is deprecated. Please set config._module.args instead.", result);
  return result;
}

Value runFixMerge(Evaluator& ev, Value* args, Pos pos) {
  Value inner[] = {args[0], ev.attrs({{"modules", args[1]}, {"args", args[2]}, {"check", Value::of(false)}})};
  return runEvalModules(ev, inner, pos);
}

// --- mergeDefinitions: a set whose members are computed when asked for ---

Cell* cellArg(void* data) { return static_cast<Cell*>(data); }

Value finalDefs(Evaluator&, void* data) {
  const Value error = finalize(*cellArg(data));
  return error.isError() ? error : defsToValue(*cellArg(data)->c, cellArg(data)->final);
}

Value highestPriority(Evaluator&, void* data) { return priorityOf(*cellArg(data)); }

Value finalSet(Evaluator& ev, void* data) {
  return ev.attrs(
      {{"values", ev.nativeThunk(finalDefs, data)}, {"highestPrio", ev.nativeThunk(highestPriority, data)}});
}

Value definedValue(Evaluator&, void* data) { return isDefined(*cellArg(data)); }

Value optionalValue(Evaluator& ev, void* data) {
  const Value defined = isDefined(*cellArg(data));
  if (defined.isError()) return defined;
  if (!defined.isTrue()) return Value::of(ev.newBindings(0));
  return ev.attrs({{"value", mergedThunk(*cellArg(data))}});
}

Value runMergeDefinitions(Evaluator& ev, Value* args, Pos) {
  Compose& c = self(args);
  Value error;
  const Loc* loc = locFromList(c, nullptr, args[1], &error);
  Type* type = error.isError() ? nullptr : typeOf(c, args[2], &error);
  if (!type) return error;
  const auto defs = defsFromValue(c, args[3], &error);
  if (error.isError()) return error;
  Cell* cell = newCell(c, type, loc, defs);
  return ev.attrs({{"defsFinal'", ev.nativeThunk(finalSet, cell)},
                   {"defsFinal", ev.nativeThunk(finalDefs, cell)},
                   {"mergedValue", mergedThunk(*cell)},
                   {"isDefined", ev.nativeThunk(definedValue, cell)},
                   {"optionalValue", ev.nativeThunk(optionalValue, cell)},
                   {"checkedAndMerged", checkedAndMerged(*cell)}});
}

Value runEvalOptionValue(Evaluator& ev, Value* args, Pos) {
  Compose& c = self(args);
  Value error;
  const Loc* loc = locFromList(c, nullptr, args[1], &error);
  if (error.isError()) return error;
  const Value declaration = ev.force(args[2]);
  if (!declaration.is(Tag::Attrs)) return declaration.isError() ? declaration : ev.typeError("a set", declaration, 0);
  const auto defs = defsFromValue(c, args[3], &error);
  if (error.isError()) return error;
  Option* option = newOption(c, loc, declaration, defs, &error);
  return option ? ev.force(optionView(*option)) : error;
}

Value runMergeOptionDecls(Evaluator& ev, Value* args, Pos) {
  Compose& c = self(args);
  Value error;
  const Loc* loc = locFromList(c, nullptr, args[1], &error);
  if (error.isError()) return error;
  const Value list = ev.force(args[2]);
  if (!list.is(Tag::List)) return list.isError() ? list : ev.typeError("a list", list, 0);
  std::vector<Decl> decls;
  for (Value item : list.list()) {
    item = ev.force(item);
    if (!item.is(Tag::Attrs)) return item.isError() ? item : ev.typeError("a set", item, 0);
    Decl decl;
    const Attr* file = item.attrs->find(c.common.file);
    decl.file = file ? c.fileOf(file->value) : &c.unknownFile;
    decl.options = ev.select(item, c.common.options, 0);
    if (decl.options.isError()) return decl.options;
    decl.pos = decl.options.is(Tag::Attrs) ? decl.options.attrs->pos : 0;
    decls.push_back(decl);
  }
  return mergeDecls(c, loc, decls);
}

Value runFixupOptionType(Evaluator& ev, Value* args, Pos) {
  const Value merged = ev.force(args[2]);
  if (!merged.is(Tag::Attrs)) return merged.isError() ? merged : ev.typeError("a set", merged, 0);
  return fixupType(self(args), merged);
}

constexpr PrimOp kEvalModules{"evalModules", 2, runEvalModules};
constexpr PrimOp kFixMerge{"fixMergeModules", 3, runFixMerge};
constexpr PrimOp kMergeDefinitions{"mergeDefinitions", 4, runMergeDefinitions};
constexpr PrimOp kEvalOptionValue{"evalOptionValue", 4, runEvalOptionValue};
constexpr PrimOp kMergeOptionDecls{"mergeOptionDecls", 3, runMergeOptionDecls};
constexpr PrimOp kFixupOptionType{"fixupOptionType", 3, runFixupOptionType};

}  // namespace

Compose& installCompose(Evaluator& evaluator) {
  const auto owned = std::make_shared<Compose>(evaluator);
  evaluator.keep(owned);
  Compose* c = owned.get();
  makeInternalModules(*c);
  c->typesSet = makeTypesSet(*c);
  evaluator.setLibPart("types", [c](Evaluator&) { return c->typesSet; });
  for (const PrimOp* prim :
       {&kEvalModules, &kFixMerge, &kMergeDefinitions, &kEvalOptionValue, &kMergeOptionDecls, &kFixupOptionType})
    evaluator.setLibPart(fmt::format("modules.{}", prim->name),
                         [c, prim](Evaluator& ev) { return ev.primApp(prim, {c->self()}); });
  return *c;
}

}  // namespace fleetd::compose
