// Options: their value and the set by which the language sees them.
#include "kernel/compose/option.hpp"

#include <algorithm>
#include <vector>

#include "kernel/compose/compose.hpp"
#include "kernel/compose/errors.hpp"
#include "kernel/compose/priority.hpp"
#include "kernel/compose/submodule.hpp"
#include "kernel/compose/type_set.hpp"
#include "kernel/compose/value_meta.hpp"

namespace fleetd::compose {

namespace {

// A readOnly option takes one definition, counted before conditions are looked at.
Value readOnlyError(Option& option) {
  Compose& c = *option.c;
  auto shown = c.ev.arena().copy(std::span<const Def>(option.cell.defs));
  for (Def& def : shown) {
    auto own = c.ev.arena().copy(std::span<const Def>(&def, 1));
    Cell* cell = newCell(c, option.type, option.loc, own);
    def.value = mergedThunk(*cell);
    def.wraps = nullptr;
  }
  return readOnlyTwice(c, option.loc, shown);
}

Value evaluate(Evaluator& ev, void* data) {
  Option& option = *static_cast<Option*>(data);
  Value v;
  if (option.readOnly && option.cell.defs.size() > 1) {
    v = readOnlyError(option);
  } else if (option.apply.isStuck()) {
    v = mergeCell(option.cell);
  } else {
    v = ev.call(option.apply, mergedThunk(option.cell), 0);
  }
  // Noted last: an error of the fleet's own definitions is a fact, whatever a platform may add.
  if (option.assumed && !v.isError()) ev.noteAssumed();
  return v.isError() ? inOption(*option.c, v, option.loc) : v;
}

// --- the set in `options` ---

// Whether it is left open which of the final definitions there are.
bool undecided(const Option& option) {
  return std::any_of(option.cell.final.begin(), option.cell.final.end(),
                     [](const Def& def) { return !def.condition.is(Tag::Null); });
}

// What Nix will say of the definitions: options.<loc>.<name>.
Value undecidedView(Evaluator& ev, const Option& option, std::string_view name) {
  return ev.unknownRoot(fmt::format("options.{}.{}", showOption(*option.c, option.loc), name));
}

Value viewDefs(Evaluator& ev, void* data) {
  Option& option = *static_cast<Option*>(data);
  const Value error = finalize(option.cell);
  if (error.isError()) return error;
  return undecided(option) ? undecidedView(ev, option, "definitionsWithLocations")
                           : defsToValue(*option.c, option.cell.final);
}

Value viewDefinitions(Evaluator& ev, void* data) {
  Option& option = *static_cast<Option*>(data);
  const Value error = finalize(option.cell);
  if (error.isError()) return error;
  if (undecided(option)) return undecidedView(ev, option, "definitions");
  auto out = ev.newList(static_cast<std::uint32_t>(option.cell.final.size()));
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = option.cell.final[i].value;
  return Value::list(out);
}

Value viewFiles(Evaluator& ev, void* data) {
  Option& option = *static_cast<Option*>(data);
  const Value error = finalize(option.cell);
  if (error.isError()) return error;
  if (undecided(option)) return undecidedView(ev, option, "files");
  auto out = ev.newList(static_cast<std::uint32_t>(option.cell.final.size()));
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = option.c->fileValue(option.cell.final[i].file);
  return Value::list(out);
}

Value viewPriority(Evaluator& ev, void* data) {
  Option& option = *static_cast<Option*>(data);
  const Value error = finalize(option.cell);
  // What is inside the definitions does not matter: they may fail.
  if (error.isError() && option.cell.final.empty()) return error;
  for (const Def& def : option.cell.final)
    if (def.priority == kUnknownPriority) return undecidedView(ev, option, "highestPrio");
  std::int64_t certain = kNoPriority;
  for (const Def& def : option.cell.final)
    if (def.condition.is(Tag::Null)) certain = std::min<std::int64_t>(certain, def.priority);
  // One that may not hold and would be stronger.
  for (const Def& def : option.cell.final)
    if (!def.condition.is(Tag::Null) && def.priority < certain) return undecidedView(ev, option, "highestPrio");
  return Value::of(option.cell.priority);
}

Value viewDefined(Evaluator&, void* data) { return isDefined(static_cast<Option*>(data)->cell); }

Value viewMeta(Evaluator& ev, void* data) {
  Option& option = *static_cast<Option*>(data);
  const Value error = finalize(option.cell);
  if (error.isError()) return error;
  return undecided(option) ? undecidedView(ev, option, "valueMeta") : ev.force(metaThunk(option.cell));
}

Value showSelf(Evaluator& ev, Value* args, Pos) {
  const Value loc = ev.select(args[0], ev.symbols().intern("loc"), 0);
  if (!loc.is(Tag::List)) return loc;
  std::string out;
  for (Value part : loc.list()) {
    part = ev.force(part);
    if (!part.is(Tag::String)) return part;
    if (!out.empty()) out += '.';
    out += showOptionPart(part.string());
  }
  return ev.string(out);
}

constexpr lang::PrimOp kShowSelf{"__toString", 1, showSelf};

Value buildView(Evaluator& ev, void* data) {
  Option& option = *static_cast<Option*>(data);
  Compose& c = *option.c;
  Bindings* declared = option.declared;
  if (!option.decls.empty() && !declared->find(c.names.declarations)) {
    const Value merged = mergeDecls(c, option.loc, option.decls);
    if (!merged.is(Tag::Attrs)) return merged;
    declared = merged.attrs;
  }
  std::vector<Attr> items(declared->begin(), declared->end());
  auto set = [&](Symbol name, Value value) {
    const auto at = std::find_if(items.begin(), items.end(), [&](const Attr& attr) { return attr.name == name; });
    if (at != items.end())
      at->value = value;
    else
      items.push_back({name, 0, value});
  };
  set(c.common.type, Value::text("option"));
  set(c.names.loc, locList(c, option.loc));
  set(c.common.drvType, typeValue(option.type));
  set(c.common.value, optionValue(option));
  set(c.names.highestPrio, ev.nativeThunk(viewPriority, &option));
  set(c.names.definitions, ev.nativeThunk(viewDefinitions, &option));
  set(c.names.files, ev.nativeThunk(viewFiles, &option));
  set(c.names.withLocations, ev.nativeThunk(viewDefs, &option));
  set(c.names.isDefined, ev.nativeThunk(viewDefined, &option));
  set(c.names.valueMeta, ev.nativeThunk(viewMeta, &option));
  set(c.common.toString, Value::of(&kShowSelf));
  return ev.attrs(items);
}

// A type that is on its way out says so once its option is looked at.
Value deprecation(Compose& c, const Option& option) {
  if (option.type->kind != Kind::Custom && !option.type->original) return {};
  const Value message = c.ev.selectOr(typeValue(option.type), c.names.deprecationMessage, Value::null(), 0);
  if (!message.is(Tag::String)) return message.isError() ? message : Value();
  const Value name = typeName(option.type);
  const std::string text = fmt::format("The type `types.{}' of option `{}' defined in `{}' is deprecated. {}",
                                       name.is(Tag::String) ? name.string() : std::string_view(),
                                       showOption(c, option.loc), c.fileName(option.declaredIn), message.string());
  return c.ev.call(c.ev.select(c.ev.builtins(), c.symbol("warn"), 0), {c.ev.string(text), Value::null()}, 0);
}

bool isTrue(Compose& c, Bindings* set, Symbol name, Value* error) {
  const Attr* attr = set->find(name);
  if (!attr) return false;
  const Value v = c.ev.force(attr->value);
  if (v.isError()) *error = v;
  return v.isTrue();
}

Option* makeOption(Compose& c, const Loc* loc, Bindings* declared, Type* type, File* file, std::span<Def> defs,
                   Value* error) {
  auto* option = static_cast<Option*>(c.ev.arena().allocate(sizeof(Option), alignof(Option)));
  new (option) Option;
  option->c = &c;
  option->loc = loc;
  option->declared = declared;
  option->type = type;
  option->declaredIn = file;
  option->decls = {};
  option->assumed = false;
  const Attr* standard = declared->find(c.common.defaultValue);
  option->hasDefault = standard != nullptr;
  if (standard) {
    Def* all = c.ev.arena().array<Def>(defs.size() + 1);
    auto* wrap = c.ev.arena().make<Wrap>(Wrap{nullptr, Wrap::Kind::Override, Value::of(kOptionDefaultPriority)});
    all[0].value = standard->value;
    all[0].file = file;
    all[0].wraps = wrap;
    all[0].pos = standard->pos;
    std::copy(defs.begin(), defs.end(), all + 1);
    defs = {all, defs.size() + 1};
  }
  initCell(option->cell, c, type, loc, defs);
  const Attr* apply = declared->find(c.common.apply);
  option->apply = apply ? apply->value : Value::stuck();
  option->readOnly = isTrue(c, declared, c.names.readOnly, error);
  if (error->isError()) return nullptr;
  initThunk(c.ev, option->value, evaluate, option);
  initThunk(c.ev, option->view, buildView, option);
  *error = deprecation(c, *option);
  return error->isError() ? nullptr : option;
}

}  // namespace

Option* newOption(Compose& c, const Loc* loc, Value declaration, std::span<Def> defs, Value* error) {
  Bindings* declared = declaration.attrs;
  Type* type = c.unspecified;
  if (const Attr* attr = declared->find(c.common.drvType)) type = typeOf(c, attr->value, error);
  if (!type) return nullptr;
  File* file = &c.unknownFile;
  if (const Attr* files = declared->find(c.names.declarations)) {
    const Value list = c.ev.force(files->value);
    if (list.is(Tag::List) && list.aux > 0) file = c.fileOf(list.elements[0]);
  }
  return makeOption(c, loc, declared, type, file, defs, error);
}

Option* optionWith(const Option& declared, std::span<const Def* const> defs) {
  Compose& c = *declared.c;
  auto* option = static_cast<Option*>(c.ev.arena().allocate(sizeof(Option), alignof(Option)));
  new (option) Option(declared);
  const std::size_t own = declared.cell.defs.size();
  Def* all = c.ev.arena().array<Def>(own + defs.size());
  std::copy(declared.cell.defs.begin(), declared.cell.defs.end(), all);
  for (std::size_t i = 0; i < defs.size(); ++i) all[own + i] = *defs[i];
  initCell(option->cell, c, declared.type, declared.loc, {all, own + defs.size()});
  initThunk(c.ev, option->value, evaluate, option);
  initThunk(c.ev, option->view, buildView, option);
  return option;
}

Option* assumedOption(Compose& c, const Loc* loc, std::span<Def> defs) {
  Value error;
  Option* option = makeOption(c, loc, c.ev.newBindings(0), c.assumed, &c.unknownFile, defs, &error);
  option->assumed = true;
  return option;
}

Option* declareOption(Compose& c, const Loc* loc, std::span<const Decl> decls, std::span<Def> defs, Value* error) {
  // One declaration without sub-modules is used as it stands; `options` adds the rest only when somebody looks.
  if (decls.size() == 1) {
    const Value only = c.ev.force(decls[0].options);
    const Attr* attr = only.is(Tag::Attrs) ? only.attrs->find(c.common.drvType) : nullptr;
    Type* type = attr ? typeOf(c, attr->value, error) : c.unspecified;
    if (!type) return nullptr;
    if (only.is(Tag::Attrs) && !hasSubModules(type, error)) {
      if (error->isError()) return nullptr;
      Option* option = makeOption(c, loc, only.attrs, type, decls[0].file, defs, error);
      if (option) option->decls = decls;
      return option;
    }
    if (error->isError()) return nullptr;
  }
  const Value merged = fixupType(c, mergeDecls(c, loc, decls));
  if (!merged.is(Tag::Attrs)) {
    *error = merged;
    return nullptr;
  }
  Type* type = typeOf(c, merged.attrs->find(c.common.drvType)->value, error);
  if (!type) return nullptr;
  Option* option = makeOption(c, loc, merged.attrs, type, decls[0].file, defs, error);
  if (option) option->decls = decls;
  return option;
}

}  // namespace fleetd::compose
