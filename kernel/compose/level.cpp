// The tree of declared options, one level at a time, and the sets `config` and `options` made of it.
#include <algorithm>
#include <string>
#include <vector>

#include "kernel/compose/errors.hpp"
#include "kernel/compose/evaluation.hpp"
#include "kernel/compose/kept.hpp"
#include "kernel/compose/small_vector.hpp"

namespace fleetd::compose {

namespace {

struct Named {
  Symbol name;
  Decl decl;
};

Value configOfChild(Evaluator& ev, void* data) {
  Child& child = *static_cast<Child*>(data);
  const Value error = resolveOption(child);
  if (error.isError()) return error;
  return child.kind == ChildKind::Option ? ev.force(optionValue(*child.option)) : levelConfig(*child.tree);
}

Value optionsOfChild(Evaluator& ev, void* data) {
  Child& child = *static_cast<Child*>(data);
  const Value error = resolveOption(child);
  if (error.isError()) return error;
  return child.kind == ChildKind::Option ? ev.force(optionView(*child.option)) : levelOptions(*child.tree);
}

Value declarationNotASet(Level& level, Value v) {
  Compose& c = *level.evaluation->c;
  return c.fail(level.loc, fmt::format("An option declaration for `{}' has type\n`{}' rather than an attribute set.\n"
                                       "Did you mean to define this outside of `options'?\n",
                                       showOption(c, level.loc), valueKind(v)));
}

// The names all modules declare at this level, by symbol id; equal names stay in the order of the modules.
Value gather(Level& level, SmallVector<Named, 32>& out) {
  Compose& c = *level.evaluation->c;
  std::size_t sources = 0;
  for (const Decl& decl : level.decls) {
    if (decl.options.is(Tag::Null)) continue;
    const Value set = c.ev.force(decl.options);
    if (set.isUnknown()) {
      noteUnknownOptions(*level.evaluation, set, decl.file);
      continue;
    }
    if (!set.is(Tag::Attrs)) return set.isError() ? set : declarationNotASet(level, set);
    if (set.attrs->size != 0) ++sources;
    for (const Attr& attr : *set.attrs)
      out.push({attr.name, {decl.file, attr.pos, attr.value, decl.platform, decl.subtree}});
  }
  if (sources > 1)
    std::stable_sort(out.begin(), out.end(), [](const Named& a, const Named& b) { return a.name < b.name; });
  return {};
}

Value computeDecls(Level& level) {
  Compose& c = *level.evaluation->c;
  SmallVector<Named, 32> named;
  const Value error = gather(level, named);
  if (error.isError()) return error;
  Decl* decls = c.ev.arena().array<Decl>(named.size());
  std::uint32_t names = 0;
  for (std::size_t i = 0; i < named.size(); ++i) {
    decls[i] = named[i].decl;
    if (i == 0 || named[i].name != named[i - 1].name) ++names;
  }
  level.declsByChild = {decls, named.size()};
  auto* children = static_cast<Child*>(c.ev.arena().allocate(sizeof(Child) * std::max(names, 1u), alignof(Child)));
  std::uint32_t at = 0;
  for (std::uint32_t i = 0; i < named.size(); ++i) {
    if (i > 0 && named[i].name == named[i - 1].name) {
      ++children[at - 1].declCount;
      continue;
    }
    initChild(*new (children + at) Child, level, named[i].name);
    children[at].declBegin = i;
    children[at++].declCount = 1;
  }
  level.children = {children, names};
  return {};
}

// `_type` of a declaration: an option, something else that is an error, or a set of options.
enum class Declared : std::uint8_t { Option, Tree, Error };

Declared declaredAs(Child& child, const Decl& decl, Value* error) {
  Compose& c = *child.level->evaluation->c;
  const Value v = c.ev.force(decl.options);
  if (v.isError()) {
    *error = v;
    return Declared::Error;
  }
  const Attr* attr = v.is(Tag::Attrs) ? v.attrs->find(c.common.type) : nullptr;
  if (!attr) return Declared::Tree;
  const Value type = c.ev.force(attr->value);
  const std::string_view text = type.is(Tag::String) ? type.string() : std::string_view();
  if (text == "option") return Declared::Option;
  if (type.isError()) {
    *error = type;
    return Declared::Error;
  }
  const Loc* loc = c.loc(child.level->loc, child.name);
  std::string message = fmt::format(
      "In module {}: expected an option declaration at option path `{}` but got an attribute set with type {}",
      c.fileName(decl.file), showOption(c, loc), text);
  if (text == "option-type") {
    const std::string name = nixIdentifier(c.text(child.name));
    message +=
        "\n\nWhen declaring an option, you must wrap the type in a `mkOption` call. It should look somewhat like:\n    ";
    if (loc->depth > 1) message += fmt::format("\n    # {}", showOption(c, loc));
    message += fmt::format(
        "\n    {} = lib.mkOption {{\n      description = ...;\n      type = <the type you wrote for {}>;\n      ...\n    }};\n",
        name, name);
  }
  *error = c.fail(loc, message);
  error->error->option = {};
  return Declared::Error;
}

// An option with further options declared below it: fine only for submodules.
Value parentOfOptions(Child& child, std::span<Decl> decls, std::span<const Declared> kinds) {
  Compose& c = *child.level->evaluation->c;
  const Loc* loc = c.loc(child.level->loc, child.name);
  const Decl* first = nullptr;
  std::vector<std::string> nested;
  for (std::size_t i = 0; i < decls.size(); ++i) {
    if (kinds[i] == Declared::Option) {
      if (!first) first = &decls[i];
      continue;
    }
    const Value set = c.ev.force(decls[i].options);
    if (!set.is(Tag::Attrs)) return set.isError() ? set : c.ev.typeError("a set", set, 0);
    for (const Attr& attr : *set.attrs)
      nested.push_back(fmt::format(" - option(s) with prefix `{}' in module `{}'", showOption(c, c.loc(loc, attr.name)),
                                   c.fileName(decls[i].file)));
  }
  std::sort(nested.begin(), nested.end());
  const Value type = c.ev.selectOr(first->options, c.common.drvType, Value::of(c.ev.newBindings(0)), 0);
  const Value description = c.ev.selectOr(type, c.common.description, Value::text("<no description>"), 0);
  if (description.isError()) return description;
  std::string message = fmt::format(
      "The option `{}' in module `{}' would be a parent of the following options, but its type `{}' does not support "
      "nested options.",
      showOption(c, loc), c.fileName(first->file),
      description.is(Tag::String) ? description.string() : std::string_view());
  for (const std::string& line : nested) message += "\n" + line;
  return c.fail(loc, message);
}

bool isSubmodule(Compose& c, const Decl& decl) {
  const Value type = c.ev.selectOr(decl.options, c.common.drvType, Value::null(), 0);
  if (!type.is(Tag::Attrs)) return false;
  const Value name = c.ev.selectOr(type, c.common.name, Value::null(), 0);
  return name.is(Tag::String) && name.string() == "submodule";
}

// A tree of options as the option that a submodule with these options would be.
Decl treeAsOption(Compose& c, const Decl& decl) {
  const Value module = c.ev.attrs({{"options", decl.options}});
  SubmoduleArgs args{c.ev.list(std::span<const Value>(&module, 1)), Value::of(c.ev.newBindings(0)), Value::null(),
                     Value::null(), Value::null()};
  Decl out = decl;
  out.options = c.ev.attrs({{"_type", Value::text("option")}, {"type", typeValue(submoduleWith(c, args))}});
  return out;
}

Value computeChild(Child& child) {
  Compose& c = *child.level->evaluation->c;
  Level& level = *child.level;
  const auto decls = level.declsByChild.subspan(child.declBegin, child.declCount);
  SmallVector<Declared, 8> kinds;
  std::size_t options = 0;
  Value error;
  for (const Decl& decl : decls) {
    kinds.push(declaredAs(child, decl, &error));
    if (error.isError()) return error;
    if (kinds.back() == Declared::Option) ++options;
  }
  const Loc* loc = c.loc(level.loc, child.name);
  if (options == 0) {
    child.tree = newLevel(*level.evaluation, loc, &child, decls);
    child.kind = ChildKind::Tree;
    return {};
  }
  if (options != decls.size()) {
    bool submodules = true;
    for (std::size_t i = 0; i < decls.size(); ++i)
      submodules = submodules && (kinds[i] != Declared::Option || isSubmodule(c, decls[i]));
    if (!submodules) return parentOfOptions(child, decls, kinds.span());
    for (std::size_t i = 0; i < decls.size(); ++i)
      if (kinds[i] != Declared::Option) decls[i] = treeAsOption(c, decls[i]);
  }
  child.kind = ChildKind::Option;
  return {};
}

// The option itself is made when its value or its set is asked for.
Value completeOption(Child& child) {
  if (child.option) return {};
  Level& level = *child.level;
  const Kept kept(level.evaluation->c->ev, level.evaluation->isPrivate);
  Compose& c = *level.evaluation->c;
  const Value failed = resolveDefs(level);
  if (failed.isError()) return failed;
  const auto decls = level.declsByChild.subspan(child.declBegin, child.declCount);
  Value error;
  child.option = declareOption(c, c.loc(level.loc, child.name), decls, childDefs(child), &error);
  if (child.option)
    child.option->assumed = isPartial(*level.evaluation) ||
                            std::any_of(decls.begin(), decls.end(), [](const Decl& d) { return d.platform; });
  return child.option ? Value() : error;
}

}  // namespace

void initChild(Child& child, Level& level, Symbol name) {
  child.level = &level;
  child.name = name;
  child.declBegin = child.declCount = child.defBegin = child.defCount = 0;
  child.kind = ChildKind::Unresolved;
  child.state = State::Pending;
  child.option = nullptr;
  child.tree = nullptr;
  child.error = {};
  child.ownDefs = nullptr;
  const Evaluator& ev = level.evaluation->c->ev;
  initThunk(ev, child.config, configOfChild, &child);
  initThunk(ev, child.options, optionsOfChild, &child);
}

Level* newLevel(Evaluation& e, const Loc* loc, Child* origin, std::span<Decl> decls) {
  auto* level = e.c->ev.arena().make<Level>();
  level->evaluation = &e;
  level->loc = loc;
  level->origin = origin;
  level->decls = decls;
  return level;
}

Value resolveDecls(Level& level) {
  if (level.declState == State::Done) return level.declError;
  if (level.declState == State::Running) return level.evaluation->c->recursion();
  level.declState = State::Running;
  const Kept kept(level.evaluation->c->ev, level.evaluation->isPrivate);
  const Value error = computeDecls(level);
  level.declError = error.isError() ? error : Value();
  level.declState = State::Done;
  return level.declError;
}

Value resolveChild(Child& child) {
  if (child.state == State::Running) return child.level->evaluation->c->recursion();
  if (child.state == State::Pending) {
    child.state = State::Running;
    const Kept kept(child.level->evaluation->c->ev, child.level->evaluation->isPrivate);
    const Value error = child.ownDefs ? resolveAssumed(child) : computeChild(child);
    child.error = error.isError() ? error : Value();
    child.state = State::Done;
  }
  return child.error;
}

Value resolveOption(Child& child) {
  const Value error = resolveChild(child);
  return error.isError() || child.kind != ChildKind::Option ? error : completeOption(child);
}

Child* findChild(Level& level, Symbol name) {
  const auto at = std::lower_bound(level.children.begin(), level.children.end(), name,
                                   [](const Child& a, Symbol b) { return a.name < b; });
  return at != level.children.end() && at->name == name ? &*at : nullptr;
}

Value levelConfig(Level& level) {
  const Value error = resolveDecls(level);
  if (error.isError()) return error;
  if (!level.config) {
    const Kept kept(level.evaluation->c->ev, level.evaluation->isPrivate);
    Bindings* set = level.evaluation->c->ev.newBindings(static_cast<std::uint32_t>(level.children.size()));
    for (std::size_t i = 0; i < level.children.size(); ++i)
      set->items[i] = {level.children[i].name, level.declsByChild[level.children[i].declBegin].pos,
                       Value::of(&level.children[i].config)};
    level.config = set;
  }
  return openConfig(level, Value::of(level.config));
}

Value levelOptions(Level& level) {
  const Value error = resolveDecls(level);
  if (error.isError()) return error;
  if (!level.options) {
    const Kept kept(level.evaluation->c->ev, level.evaluation->isPrivate);
    Bindings* set = level.evaluation->c->ev.newBindings(static_cast<std::uint32_t>(level.children.size()));
    for (std::size_t i = 0; i < level.children.size(); ++i)
      set->items[i] = {level.children[i].name, level.declsByChild[level.children[i].declBegin].pos,
                       Value::of(&level.children[i].options)};
    level.options = set;
  }
  return openOptions(level, Value::of(level.options));
}

}  // namespace fleetd::compose
