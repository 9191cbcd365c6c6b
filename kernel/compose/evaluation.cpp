// Evaluations: the configuration, the check for undeclared options, the result.
#include "kernel/compose/evaluation.hpp"

#include <algorithm>
#include <vector>

#include "kernel/compose/cohort.hpp"
#include "kernel/compose/errors.hpp"
#include "kernel/compose/merge.hpp"
#include "kernel/compose/type_set.hpp"

namespace fleetd::compose {

namespace {

// Collects the modules and makes the root of the option tree. Null, or the error.
Value prepare(Evaluation& e) {
  const Value error = collect(e);
  if (error.isError() || e.root) return error;
  Decl* decls = e.c->ev.arena().array<Decl>(e.collected.size());
  for (std::size_t i = 0; i < e.collected.size(); ++i)
    decls[i] = {e.collected[i]->file, 0, e.collected[i]->options, e.collected[i]->platform, e.collected[i]->subtree};
  e.root = newLevel(e, e.prefix, nullptr, {decls, e.collected.size()});
  return {};
}

// The child _module.<name>; null when there is none (an evaluation always declares its own).
Child* moduleChild(Evaluation& e, Symbol name, Value* error) {
  *error = resolveDecls(*e.root);
  if (error->isError()) return nullptr;
  Child* module = findChild(*e.root, e.c->common.module);
  if (!module) return nullptr;
  *error = resolveChild(*module);
  if (error->isError() || module->kind != ChildKind::Tree) return nullptr;
  *error = resolveDefs(*module->tree);
  return error->isError() ? nullptr : findChild(*module->tree, name);
}

// _module.<name> as declared. When nobody but the internal module speaks of it, `untouched` is its value.
Value internalOption(Evaluation& e, Symbol name, Value untouched) {
  Compose& c = *e.c;
  Value error;
  Child* child = moduleChild(e, name, &error);
  if (error.isError()) return inOption(c, error, c.loc(c.loc(e.prefix, c.common.module), name));
  if (!child || (child->declCount == 1 && child->defCount == 0)) return untouched;
  return c.ev.force(Value::of(&child->config));
}

// lib.recursiveUpdate for a freeform part and the declared options: where both are sets they merge, else the declared
// one wins.
Value updateDeep(Compose& c, Value left, Value right);

struct Overlap {
  Compose* c;
  Value left, right;
};

Value overlapValue(Evaluator& ev, void* data) {
  auto* both = static_cast<Overlap*>(data);
  const Value right = ev.force(both->right);
  if (!right.is(Tag::Attrs)) return right;
  const Value left = ev.force(both->left);
  if (!left.is(Tag::Attrs)) return left.isError() ? left : right;
  return updateDeep(*both->c, left, right);
}

Value updateDeep(Compose& c, Value left, Value right) {
  std::vector<Attr> out(left.attrs->begin(), left.attrs->end());
  for (const Attr& attr : *right.attrs) {
    Attr* both = left.attrs->find(attr.name);
    if (!both) {
      out.push_back(attr);
      continue;
    }
    auto* overlap = c.ev.arena().make<Overlap>(Overlap{&c, both->value, attr.value});
    out[static_cast<std::size_t>(both - left.attrs->items)] = {attr.name, attr.pos,
                                                               c.ev.nativeThunk(overlapValue, overlap)};
  }
  return c.ev.attrs(out);
}

// All definitions without an option, merged by the freeform type.
Value freeformConfig(Evaluation& e, Value freeform) {
  Compose& c = *e.c;
  Value error = collectUnmatched(e);
  if (error.isError()) return error;
  if (e.unmatched.empty()) return Value::of(c.ev.newBindings(0));
  Type* type = typeOf(c, freeform, &error);
  if (!type) return error;
  Def* defs = c.ev.arena().array<Def>(e.unmatched.size());
  for (std::size_t i = 0; i < e.unmatched.size(); ++i) {
    Value value = materialize(c, e.unmatched[i].def);
    for (const Loc* part = e.unmatched[i].relative; part; part = part->up) {
      Bindings* set = c.ev.newBindings(1);
      set->items[0] = {part->name, e.unmatched[i].def.pos, value};
      value = Value::of(set);
    }
    defs[i].value = value;
    defs[i].file = e.unmatched[i].def.file;
    defs[i].pos = e.unmatched[i].def.pos;
  }
  return mergeOnly(type, e.prefix, {defs, e.unmatched.size()});
}

Value evaluateConfig(Evaluator&, void* data) {
  Evaluation& e = *static_cast<Evaluation*>(data);
  Compose& c = *e.c;
  Value error = prepare(e);
  if (error.isError()) return error;
  const Value declared = levelConfig(*e.root);
  if (declared.isError()) return declared;
  const Value freeform = internalOption(e, c.common.freeformType, Value::null());
  if (freeform.is(Tag::Null) || freeform.isError()) return freeform.isError() ? freeform : declared;
  const Value rest = freeformConfig(e, freeform);
  if (rest.isError()) return rest;
  if (!rest.is(Tag::Attrs) || !declared.is(Tag::Attrs)) return c.ev.update(rest, declared, 0);
  return updateDeep(c, rest, declared);
}

Value evaluateOptions(Evaluator&, void* data) {
  Evaluation& e = *static_cast<Evaluation*>(data);
  const Value error = prepare(e);
  return error.isError() ? error : levelOptions(*e.root);
}

Value undeclared(Evaluation& e, const Unmatched& first) {
  Compose& c = *e.c;
  // The names beside the one that does not exist; `_module` is no suggestion.
  Level* level = e.root;
  std::vector<Symbol> path;
  for (const Loc* part = first.relative->up; part; part = part->up) path.push_back(part->name);
  for (auto it = path.rbegin(); it != path.rend() && level; ++it) {
    Child* child = findChild(*level, *it);
    level = child && child->kind == ChildKind::Tree ? child->tree : nullptr;
  }
  std::vector<std::string_view> siblings;
  if (level)
    for (const Child& child : level->children)
      if (level != e.root || child.name != c.common.module) siblings.push_back(c.text(child.name));
  std::sort(siblings.begin(), siblings.end());
  Def def = first.def;
  def.value = materialize(c, def);
  def.wraps = nullptr;
  const bool noOptions = e.root->children.size() == 1;
  return noSuchOption(c, e.prefix, first.loc, def, siblings, noOptions);
}

Value evaluateChecked(Evaluator& ev, void* data) {
  Evaluation& e = *static_cast<Evaluation*>(data);
  Compose& c = *e.c;
  const Value config = ev.force(configOf(e));
  if (config.isError()) return config;
  const Value check = internalOption(e, c.common.check, Value::of(true));
  if (!check.isTrue()) return check.isError() ? check : Value();
  const Value freeform = internalOption(e, c.common.freeformType, Value::null());
  if (!freeform.is(Tag::Null)) return freeform.isError() ? freeform : Value();
  const Value error = collectUnmatched(e);
  if (error.isError()) return error;
  if (e.unmatched.empty() || isOpen(e)) return {};
  return undeclared(e, e.unmatched.front());
}

}  // namespace

bool refusesUndeclared(Evaluation& e) {
  return internalOption(e, e.c->common.check, Value::of(true)).isTrue() &&
         internalOption(e, e.c->common.freeformType, Value::null()).is(Tag::Null);
}

namespace {

Value visible(Evaluator& ev, Evaluation& e) {
  const Value error = ev.force(Value::of(&e.checked));
  if (error.isError()) return error;
  const Value config = ev.force(configOf(e));
  if (!config.is(Tag::Attrs)) return config.isError() || !e.root ? config : openVisible(*e.root, config);
  const Attr* own = config.attrs->find(e.c->common.module);
  if (!own) return config;
  Bindings* out = ev.newBindings(config.attrs->size - 1);
  std::copy_if(config.attrs->begin(), config.attrs->end(), out->items, [&](const Attr& attr) { return &attr != own; });
  return Value::of(out);
}

Value evaluateVisibleConfig(Evaluator& ev, void* data) {
  Evaluation& e = *static_cast<Evaluation*>(data);
  const Value config = visible(ev, e);
  if (const void* id = identityOf(config)) {
    e.c->byConfig[id] = &e;
    if (e.isPrivate && e.c->privateConfigs) e.c->privateConfigs->push_back(id);
  }
  return config;
}

Value evaluateVisibleOptions(Evaluator& ev, void* data) {
  Evaluation& e = *static_cast<Evaluation*>(data);
  const Value error = ev.force(Value::of(&e.checked));
  return error.isError() ? error : ev.force(optionsOf(e));
}

// A cohort's evaluation has no modules of its own to extend.
Value refuseShared(Evaluation& e) {
  e.cohort->refuse();
  return e.c->fail(nullptr, "the modules of this host are looked at as a whole");
}

// The modules of an evaluation as a list of the language.
Value modulesList(Evaluation& e) {
  Compose& c = *e.c;
  std::vector<Value> out;
  for (const ModuleSource& source : e.sources) {
    if (source.kind == ModuleSource::Kind::List) {
      const Value list = c.ev.force(source.value);
      if (!list.is(Tag::List)) return list;
      out.insert(out.end(), list.list().begin(), list.list().end());
    } else if (source.kind == ModuleSource::Kind::Config) {
      out.push_back(c.ev.attrs({{"_file", c.fileValue(source.file)}, {"config", source.value}}));
    } else {
      out.push_back(source.kind == ModuleSource::Kind::Import ? located(c, c.fileValue(source.file), source.value)
                                                              : source.value);
    }
  }
  return c.ev.list(out);
}

Value evaluateType(Evaluator&, void* data) {
  Evaluation& e = *static_cast<Evaluation*>(data);
  if (e.cohort) return refuseShared(e);
  const Value modules = modulesList(e);
  if (modules.isError()) return modules;
  return typeValue(submoduleWith(*e.c, {modules, e.specialArgs, Value::of(false), Value::null(), e.klass}));
}

Value extendPrim(Evaluator&, Value* args, Pos) { return extended(*static_cast<Evaluation*>(args[0].native), args[1]); }
constexpr lang::PrimOp kExtend{"extendModules", 2, extendPrim};

}  // namespace

Value extendModulesOf(Evaluation& e) {
  return e.c->ev.primApp(&kExtend, {Value::of(static_cast<lang::NativeObject*>(&e))});
}

Evaluation* newEvaluation(Compose& c, const EvaluationArgs& args) {
  auto* e = c.ev.arena().make<Evaluation>();
  e->kind = kEvaluationKind;
  e->c = &c;
  e->isPrivate = c.ev.makesPrivate();
  e->sources = args.sources;
  e->specialArgs = args.specialArgs;
  e->klass = args.klass;
  e->prefix = args.prefix;
  e->allowUndeclared = args.open;
  e->made = c.evaluations;
  c.evaluations = e;
  initThunk(c.ev, e->config, evaluateConfig, e);
  initThunk(c.ev, e->options, evaluateOptions, e);
  initThunk(c.ev, e->checked, evaluateChecked, e);
  initThunk(c.ev, e->visibleConfig, evaluateVisibleConfig, e);
  initThunk(c.ev, e->visibleOptions, evaluateVisibleOptions, e);
  initThunk(c.ev, e->type, evaluateType, e);
  return e;
}

Value moduleOption(Evaluation& e, Symbol name) {
  Compose& c = *e.c;
  const Value module = c.ev.select(configOf(e), c.common.module, 0);
  return module.isError() ? module : c.ev.select(module, name, 0);
}

Value resultOf(Evaluation& e) {
  Compose& c = *e.c;
  const Value module = c.ev.nativeThunk(
      [](Evaluator& ev, void* data) {
        Evaluation& own = *static_cast<Evaluation*>(data);
        const Value error = ev.force(Value::of(&own.checked));
        return error.isError() ? error : ev.select(configOf(own), own.c->common.module, 0);
      },
      &e);
  const Value graph =
      c.ev.nativeThunk([](Evaluator&, void* data) { return moduleGraph(*static_cast<Evaluation*>(data)); }, &e);
  return c.ev.attrs({{"_type", Value::text("configuration")},
                     {"options", Value::of(&e.visibleOptions)},
                     {"config", visibleConfig(e)},
                     {"_module", module},
                     {"graph", graph},
                     {"extendModules", extendModulesOf(e)},
                     {"type", Value::of(&e.type)},
                     {"_fleetdEvaluation", Value::of(static_cast<lang::NativeObject*>(&e))},
                     {"class", e.klass}});
}

Value extended(Evaluation& e, Value args) {
  Compose& c = *e.c;
  if (e.cohort) return refuseShared(e);
  args = c.ev.force(args);
  if (!args.is(Tag::Attrs)) return args.isError() ? args : c.ev.typeError("a set", args, 0);
  for (const Attr* attr : c.ev.sortedByName(args.attrs))
    if (attr->name != c.common.modules && attr->name != c.common.specialArgs && attr->name != c.common.prefix)
      return c.ev.fail(ErrorKind::Arguments, attr->pos, "function 'extendModules' called with unexpected argument '{}'",
                       c.text(attr->name));
  std::vector<ModuleSource> sources(e.sources.begin(), e.sources.end());
  if (const Attr* modules = args.attrs->find(c.common.modules))
    sources.push_back({ModuleSource::Kind::List, modules->value, nullptr});
  EvaluationArgs more{c.ev.arena().copy(std::span<const ModuleSource>(sources)), e.specialArgs, e.klass, e.prefix,
                      e.allowUndeclared};
  if (const Attr* special = args.attrs->find(c.common.specialArgs)) {
    more.specialArgs = c.ev.update(e.specialArgs, special->value, 0);
    if (more.specialArgs.isError()) return more.specialArgs;
  }
  if (const Attr* prefix = args.attrs->find(c.common.prefix)) {
    Value error;
    more.prefix = locFromList(c, nullptr, prefix->value, &error);
    if (error.isError()) return error;
  }
  return resultOf(*newEvaluation(c, more));
}

}  // namespace fleetd::compose
