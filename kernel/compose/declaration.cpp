// Several declarations of one option: their attributes and types merged.
#include <algorithm>
#include <vector>

#include "kernel/base/untold.hpp"
#include "kernel/compose/compose.hpp"
#include "kernel/compose/errors.hpp"
#include "kernel/compose/option.hpp"
#include "kernel/compose/set_of.hpp"
#include "kernel/compose/submodule.hpp"
#include "kernel/compose/type_set.hpp"

namespace fleetd::compose {

namespace {

// The declarations merged so far.
struct Merged {
  std::vector<Attr> items;
  std::vector<Value> files;
  std::vector<Value> positions;
  std::vector<Value> modules;  // sub-modules, those of later declarations first

  const Attr* find(Symbol name) const {
    for (const Attr& attr : items)
      if (attr.name == name) return &attr;
    return nullptr;
  }
};

Value alreadyDeclared(Compose& c, const Loc* loc, const Decl& decl, const Merged& merged) {
  std::string files;
  for (Value file : merged.files) {
    const Value text = c.ev.force(file);
    if (!files.empty()) files += " and ";
    files += fmt::format("`{}'", text.is(Tag::String) ? text.string() : std::string_view("<unknown-file>"));
  }
  return c.fail(loc, fmt::format("The option `{}' in `{}' is already declared in {}.", showOption(c, loc),
                                 c.fileName(decl.file), files));
}

// Merges the type of a further declaration into those before it; Null when nothing changes.
Value mergedType(Compose& c, const Loc* loc, const Decl& decl, const Attr* own, const Merged& merged) {
  const Attr* before = merged.find(c.common.drvType);
  if (!own || !before) return {};
  Value error;
  Type* a = typeOf(c, before->value, &error);
  Type* b = a ? typeOf(c, own->value, &error) : nullptr;
  if (!b) return error;
  const Value type = typeMerge(a, b);
  return type.is(Tag::Null) ? alreadyDeclared(c, loc, decl, merged) : type;
}

Value addSubModules(Compose& c, const Decl& decl, const Attr* type, Merged& merged) {
  if (!type) return {};
  Value error;
  Type* own = typeOf(c, type->value, &error);
  if (!own) return error;
  const Value modules = subModules(own);
  if (!modules.is(Tag::List)) return modules.isError() ? modules : Value();
  std::vector<Value> all;
  for (Value module : modules.list()) all.push_back(located(c, c.fileValue(decl.file), module));
  all.insert(all.end(), merged.modules.begin(), merged.modules.end());
  merged.modules = std::move(all);
  return {};
}

Value position(Compose& c, const Decl& decl) {
  const base::Location at = c.ev.sources().locate(decl.pos);
  if (decl.pos == 0 || base::isUntold(decl.pos) || !at.file)
    return c.ev.attrs({{"file", c.fileValue(decl.file)}, {"line", Value::null()}, {"column", Value::null()}});
  return c.ev.attrs({{"file", Value::text(at.file->name)},
                     {"line", Value::of(static_cast<std::int64_t>(at.at.line))},
                     {"column", Value::of(static_cast<std::int64_t>(at.at.column))}});
}

Value addDecl(Compose& c, const Loc* loc, const Decl& decl, Merged& merged) {
  const Value set = c.ev.force(decl.options);
  if (!set.is(Tag::Attrs)) return set.isError() ? set : c.ev.typeError("a set", set, 0);
  for (Symbol name : {c.common.defaultValue, c.names.example, c.common.description, c.common.apply})
    if (set.attrs->find(name) && merged.find(name)) return alreadyDeclared(c, loc, decl, merged);
  const Attr* type = set.attrs->find(c.common.drvType);
  const Value combined = mergedType(c, loc, decl, type, merged);
  if (combined.isError()) return combined;
  const Value error = addSubModules(c, decl, type, merged);
  if (error.isError()) return error;
  for (const Attr& attr : *set.attrs)
    if (!merged.find(attr.name)) merged.items.push_back(attr);
  if (combined.is(Tag::Attrs))
    for (Attr& attr : merged.items)
      if (attr.name == c.common.drvType) attr.value = combined;
  merged.files.push_back(c.fileValue(decl.file));
  merged.positions.push_back(position(c, decl));
  return {};
}

}  // namespace

Value located(Compose& c, Value file, Value module) {
  return setOf(c.ev, {{c.common.file, 0, file}, {c.common.imports, 0, c.ev.list(std::span<const Value>(&module, 1))}});
}

Value mergeDecls(Compose& c, const Loc* loc, std::span<const Decl> decls) {
  Merged merged;
  for (const Decl& decl : decls) {
    const Value error = addDecl(c, loc, decl, merged);
    if (error.isError()) return error;
  }
  auto set = [&](Symbol name, Value value) {
    const auto at =
        std::find_if(merged.items.begin(), merged.items.end(), [&](const Attr& attr) { return attr.name == name; });
    if (at != merged.items.end())
      at->value = value;
    else
      merged.items.push_back({name, 0, value});
  };
  set(c.names.loc, locList(c, loc));
  set(c.names.declarations, c.ev.list(merged.files));
  set(c.names.declarationPositions, c.ev.list(merged.positions));
  set(c.common.options, c.ev.list(merged.modules));
  return c.ev.attrs(merged.items);
}

Value fixupType(Compose& c, Value merged) {
  if (!merged.is(Tag::Attrs)) return merged;
  std::vector<Attr> items(merged.attrs->begin(), merged.attrs->end());
  auto set = [&](Symbol name, Value value) {
    const auto at = std::find_if(items.begin(), items.end(), [&](const Attr& attr) { return attr.name == name; });
    if (at != items.end())
      at->value = value;
    else
      items.push_back({name, 0, value});
  };
  const Attr* attr = merged.attrs->find(c.common.drvType);
  Value error;
  Type* type = attr ? typeOf(c, attr->value, &error) : c.unspecified;
  if (!type) return error;
  const Value modules = subModules(type);
  if (modules.isError()) return modules;
  if (modules.is(Tag::Null)) {
    set(c.common.drvType, typeValue(type));
  } else {
    const Value substituted = substSubModules(type, c.ev.select(merged, c.common.options, 0));
    if (substituted.isError()) return substituted;
    set(c.common.drvType, substituted);
    set(c.common.options, Value::list({}));
  }
  return c.ev.attrs(items);
}

Value mergeOptionTypes(Compose& c, const Loc* loc, std::span<Def> defs) {
  if (defs.size() == 1) return c.ev.force(defs[0].value);
  std::vector<Decl> decls;
  for (const Def& def : defs) {
    Decl decl;
    decl.file = def.file;
    decl.options = c.ev.attrs({{"_type", Value::text("option")}, {"type", def.value}});
    decls.push_back(decl);
  }
  const Value merged = fixupType(c, mergeDecls(c, loc, decls));
  return merged.is(Tag::Attrs) ? c.ev.select(merged, c.common.drvType, 0) : merged;
}

}  // namespace fleetd::compose
