// Modules: applying module functions and bringing what they give into one form.
#include <algorithm>
#include <array>
#include <vector>

#include "kernel/compose/errors.hpp"
#include "kernel/compose/evaluation.hpp"
#include "kernel/compose/merge.hpp"
#include "kernel/compose/pretty.hpp"
#include "kernel/compose/set_of.hpp"
#include "kernel/compose/type_text.hpp"
#include "kernel/lang/source_path.hpp"

namespace fleetd::compose {

namespace {

// A module argument that specialArgs do not have: _module.args.<name>.
struct LateArg {
  Evaluation* e;
  Symbol name;
  Pos pos;
  std::string_view key;
};

Value lateArg(Evaluator& ev, void* data) {
  auto* arg = static_cast<LateArg*>(data);
  Compose& c = *arg->e->c;
  const Value args = moduleOption(*arg->e, c.common.args);
  Value v = args.isError() ? args : moduleArgument(*arg->e, args, arg->name, arg->pos);
  if (!v.isError()) return v;
  v = ev.addFrame(
      v, arg->pos,
      "noting that the argument is not passed by the caller, so _module.args is asked, which needs `config`");
  return ev.addFrame(v, arg->pos,
                     fmt::format("while evaluating the module argument `{}' in \"{}\":", c.text(arg->name), arg->key));
}

// What every module function gets: config, options, lib, specialArgs and the special arguments themselves.
Value baseArgs(Evaluation& e) {
  if (!e.args.is(Tag::Null)) return e.args;
  Compose& c = *e.c;
  Value lib = c.ev.nativeThunk([](Evaluator& ev, void*) { return ev.lib(); }, nullptr);
  const Value base = setOf(c.ev, {{c.common.lib, 0, lib},
                                  {c.common.options, 0, optionsOf(e)},
                                  {c.common.config, 0, configOf(e)},
                                  {c.common.specialArgs, 0, e.specialArgs},
                                  {c.common.klass, 0, e.klass},
                                  {c.names.prefixArg, 0, locList(c, e.prefix)}});
  const Value all = c.ev.update(base, e.specialArgs, 0);
  if (!all.isError()) e.args = all;
  return all;
}

// A module function always gets more than its pattern names, so one without `...` fails. Null when there is no such
// problem.
Value missingEllipsis(Compose& c, Value fn) {
  if (!fn.is(Tag::Lambda) || !fn.closure->lambda->hasFormals || fn.closure->lambda->ellipsis) return {};
  const lang::ExprLambda* lambda = fn.closure->lambda;
  for (Symbol name :
       {c.common.specialArgs, c.common.lib, c.common.config, c.common.options, c.common.klass, c.names.prefixArg}) {
    const bool named = std::any_of(lambda->formals.begin(), lambda->formals.end(),
                                   [&](const lang::Formal& f) { return f.name == name; });
    if (named) continue;
    const std::string text =
        fmt::format("function '{}' called with unexpected argument '{}'",
                    lambda->name ? c.text(lambda->name) : std::string_view("anonymous lambda"), c.text(name));
    return c.ev.failText(ErrorKind::Arguments, lambda->pos, text,
                         "a module is called with more arguments than it names: add `...` to its pattern");
  }
  return {};
}

Value applyModule(Evaluation& e, Value fn, std::string_view key) {
  Compose& c = *e.c;
  const Value refused = missingEllipsis(c, fn);
  if (refused.isError()) return refused;
  const Value base = baseArgs(e);
  if (base.isError()) return base;
  const Value formals = functionArgs(c, fn);
  if (formals.isError()) return formals;
  if (!formals.is(Tag::Attrs) || !base.is(Tag::Attrs)) return c.ev.call(fn, base, 0);
  std::vector<Attr> late;
  for (const Attr& formal : *formals.attrs) {
    if (base.attrs->find(formal.name)) continue;
    auto* arg = c.ev.arena().make<LateArg>(LateArg{&e, formal.name, formal.pos, key});
    late.push_back({formal.name, formal.pos, c.ev.nativeThunk(lateArg, arg)});
  }
  if (late.empty()) return c.ev.call(fn, base, 0);
  Bindings* args = c.ev.newBindings(base.attrs->size + static_cast<std::uint32_t>(late.size()));
  std::merge(base.attrs->begin(), base.attrs->end(), late.begin(), late.end(), args->items,
             [](const Attr& a, const Attr& b) { return a.name < b.name; });
  return c.ev.call(fn, Value::of(args), 0);
}

Value attrOr(Bindings* set, Symbol name, Value fallback) {
  const Attr* attr = set->find(name);
  return attr ? attr->value : fallback;
}

Value merged(Compose& c, Value first, Value second) {
  const Value both[] = {first, second};
  return c.ev.attrs({{"_type", Value::text("merge")}, {"contents", c.ev.list(both)}});
}

Value withFreeform(Compose& c, Bindings* m, Value config) {
  const Attr* freeform = m->find(c.common.freeformType);
  if (!freeform) return config;
  return merged(c, config, c.ev.attrs({{"_module", c.ev.attrs({{"freeformType", freeform->value}})}}));
}

// The set without some of its attributes; itself when it has none of them.
Value without(Compose& c, Bindings* set, std::span<const Symbol> names) {
  auto dropped = [&](const Attr& attr) { return std::find(names.begin(), names.end(), attr.name) != names.end(); };
  const auto count = static_cast<std::uint32_t>(std::count_if(set->begin(), set->end(), dropped));
  if (count == 0) return Value::of(set);
  Bindings* out = c.ev.newBindings(set->size - count);
  out->pos = set->pos;
  std::copy_if(set->begin(), set->end(), out->items, [&](const Attr& attr) { return !dropped(attr); });
  return Value::of(out);
}

Value unsupported(Compose& c, std::string_view key, Bindings* bad) {
  std::string names;
  std::string_view first;
  lang::Pos pos = 0;
  for (const Attr* attr : c.ev.sortedByName(bad)) {
    if (pos == 0) pos = attr->pos;
    if (names.empty())
      first = c.text(attr->name);
    else
      names += ' ';
    names += c.text(attr->name);
  }
  return c.fail(
      nullptr,
      fmt::format(
          "Module `{}' has an unsupported attribute `{}'. This is caused by introducing a top-level `config' or "
          "`options' attribute. Add configuration attributes immediately on the top level instead, or move all of "
          "them (namely: {}) into the explicit `config' attribute.",
          key, first, names),
      pos);
}

// Brings a module set into one form: either it has `options` or `config`, or all of it is configuration.
Module* unify(Evaluation& e, Value m, File* file, std::string_view key, Value* error) {
  Compose& c = *e.c;
  const lang::Names& n = c.common;
  if (m.isError()) {
    *error = m;
    return nullptr;
  }
  if (!m.is(Tag::Attrs)) {
    if (Module* opaque = opaqueModule(e, m, file, key)) return opaque;
    *error = c.fail(nullptr, fmt::format("module {} ({}) does not look like a module.", c.fileName(file), key));
    return nullptr;
  }
  Bindings* set = m.attrs;
  auto* out = c.ev.arena().make<Module>();
  const Attr* ownFile = set->find(n.file);
  out->file = ownFile ? c.fileOf(ownFile->value) : file;
  out->klass = attrOr(set, n.klass, Value::null());
  out->disabled = attrOr(set, n.disabledModules, Value::list({}));
  out->imports = attrOr(set, n.imports, Value::list({}));
  if (const Attr* attr = set->find(n.imports)) out->importsPos = attr->pos;
  out->require = Value::list({});
  out->key = key;
  if (const Attr* own = set->find(n.key)) {
    const Value text = c.ev.coerceToString(own->value, Evaluator::Coerce::ToString, own->pos);
    if (!text.is(Tag::String)) {
      *error = text.isError() ? text : c.ev.typeError("a string", text, own->pos);
      return nullptr;
    }
    out->key = text.string();
  }
  out->subtree = set->find(n.subtree) != nullptr;
  // Of fleetd's own making: the module that stands for a platform whose other modules are left to Nix.
  if (set->find(n.platform)) {
    out->platform = true;
    e.allowUndeclared = true;
  }
  const Attr* config = set->find(n.config);
  const Attr* options = set->find(n.options);
  if (config || options) {
    const std::array known = {n.klass,  n.file, n.key,          n.disabledModules, n.imports, n.options,
                              n.config, n.meta, n.freeformType, n.platform,        n.subtree};
    const Value bad = without(c, set, known);
    if (bad.attrs->size != 0) {
      *error = unsupported(c, key, bad.attrs);
      return nullptr;
    }
    out->options = options ? options->value : Value::null();
    Value body = config ? config->value : Value::of(c.ev.newBindings(0));
    if (const Attr* meta = set->find(n.meta)) body = merged(c, body, c.ev.attrs({{"meta", meta->value}}));
    out->config = withFreeform(c, set, body);
    return out;
  }
  const std::array taken = {n.klass,   n.file,         n.key,      n.disabledModules, n.require,
                            n.imports, n.freeformType, n.platform, n.subtree};
  out->require = attrOr(set, n.require, Value::list({}));
  out->options = Value::null();
  out->config = withFreeform(c, set, without(c, set, taken));
  return out;
}

Value notAModule(Evaluation& e, std::string_view type, File* file) {
  Compose& c = *e.c;
  std::string text = fmt::format("Expected a module, but found a value of type {}", quoted(type));
  if (file != &c.unknownFile) text += fmt::format(", while trying to load a module into {}", c.fileName(file));
  if (e.prefix) text += fmt::format(", while trying to load a module into {}", showOption(c, e.prefix));
  text +=
      ".\nA module is typically loaded by adding it to the imports = [ ... ]; attribute of an existing module, or in the modules = [ ... ]; "
      "argument of various functions.\nPlease make sure that each of the list items is a module, and not a different kind of value.";
  if (type == "configuration")
    text +=
        "\n\nIf you really mean to import this configuration, instead please only import the modules that make up the configuration.\n"
        "You may have to create a `let` binding, file or attribute to give yourself access to the relevant modules.\n"
        "While loading a configuration into the module system is a very sensible idea, it can not be done cleanly in practice.";
  if (type == "flake") {
    const Value klass = c.ev.force(e.klass);
    const std::string_view name = klass.is(Tag::String) ? klass.string() : "someApp";
    text += fmt::format(
        "\n\nPerhaps you forgot to select an attribute name?\nInstead of, for example,\n    inputs.someflake\n"
        "you need to write something like\n    inputs.someflake.modules.{}.default",
        name);
    if (name == "nixos") text += "\nor\n    inputs.someflake.nixosModules.default";
    if (name == "darwin") text += "\nor\n    inputs.someflake.darwinModules.default";
  }
  return c.fail(nullptr, text);
}

Value nestedList(Compose& c, Value m, File* file) {
  Def def;
  def.value = m;
  def.file = file;
  std::string text =
      "Module imports can't be nested lists. Perhaps you meant to remove one level of lists? Definitions: ";
  const Value error = showDefs(c, std::span<const Def>(&def, 1), &text);
  return error.isError() ? error : c.fail(nullptr, text);
}

// A module given as a set: perhaps a property around a whole module.
Module* fromSet(Evaluation& e, Value m, File* file, std::string_view key, Value* error) {
  Compose& c = *e.c;
  const Value type = c.ev.selectOr(m, c.common.type, Value::text("module"), 0);
  if (type.isError()) {
    *error = type;
    return nullptr;
  }
  const std::string_view text = type.is(Tag::String) ? type.string() : std::string_view("?");
  if (text == "module") return unify(e, m, file, key, error);
  if (text == "if" || text == "override") return unify(e, c.ev.attrs({{"config", m}}), file, key, error);
  *error = notAModule(e, text, file);
  return nullptr;
}

Module* fromFile(Evaluation& e, Value m, Value* error) {
  Compose& c = *e.c;
  const Value name = c.ev.coerceToString(m, Evaluator::Coerce::ToString, 0);
  if (!name.is(Tag::String)) {
    *error = name.isError() ? name : c.ev.typeError("a string", name, 0);
    return nullptr;
  }
  const std::string_view key = name.string();
  Value content = m.is(Tag::Path) ? c.ev.evalFile(std::string(m.string()))
                                  : c.ev.call(c.ev.select(c.ev.builtins(), c.symbol("import"), 0), m, 0);
  const Value callable = content.isError() ? content : isFunction(c, content);
  if (callable.isTrue())
    content = applyModule(e, content, key);
  else if (callable.isError())
    content = callable;
  return unify(e, content, c.fileOf(Value::text(key)), key, error);
}

}  // namespace

Value moduleFile(Compose& c, Value m) {
  m = c.ev.force(m);
  if (!m.isUnknown() || (m.unknown->op != lang::UnknownOp::Interp && m.unknown->op != lang::UnknownOp::StorePath))
    return m;
  const auto path = lang::sourcePath(c.ev, m);
  return path ? c.ev.path(*path) : m;
}

Module* loadModule(Evaluation& e, Value m, File* file, std::string_view key, Value* error) {
  Compose& c = *e.c;
  m = moduleFile(c, m);
  if (m.isError()) {
    *error = m;
    return nullptr;
  }
  const Value callable = isFunction(c, m);
  if (callable.isError()) {
    *error = callable;
    return nullptr;
  }
  if (callable.isTrue()) return unify(e, applyModule(e, m, key), file, key, error);
  if (m.is(Tag::Attrs)) return fromSet(e, m, file, key, error);
  if (m.isUnknown()) return opaqueModule(e, m, file, key);
  if (m.is(Tag::List)) {
    *error = nestedList(c, m, file);
    return nullptr;
  }
  return fromFile(e, m, error);
}

Module* configModule(Evaluation& e, const ModuleSource& source, std::string_view key) {
  auto* out = e.c->ev.arena().make<Module>();
  out->file = source.file;
  out->key = key;
  out->imports = out->require = out->disabled = Value::list({});
  out->config = source.value;
  if (source.kind == ModuleSource::Kind::Import) {
    out->imports = e.c->ev.list(std::span<const Value>(&source.value, 1));
    out->config = Value::of(e.c->ev.newBindings(0));
  }
  return out;
}

}  // namespace fleetd::compose
