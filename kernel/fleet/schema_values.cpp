// See schema_values.hpp.
#include "kernel/fleet/schema_values.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "kernel/compose/compose.hpp"
#include "kernel/compose/merge.hpp"
#include "kernel/fleet/config_tree.hpp"

namespace fleetd::fleet {

namespace {

using compose::Def;
using compose::Property;
using lang::Tag;
using lang::Value;

constexpr int kMaxDepth = 16;

// What a module may say beside its options.
constexpr std::string_view kModuleNames[] = {"_module", "_file", "_class", "key", "meta"};
// A module with one of these may have options that nobody lists.
constexpr std::string_view kDeclaring[] = {"imports", "options", "freeformType", "require", "disabledModules"};

template <std::size_t N>
bool isOneOf(std::string_view name, const std::string_view (&names)[N]) {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

std::string_view withoutParentheses(std::string_view text) {
  while (text.starts_with('(') && text.ends_with(')')) {
    int open = 0;
    for (std::size_t i = 0; i + 1 < text.size(); ++i) {
      open += text[i] == '(' ? 1 : text[i] == ')' ? -1 : 0;
      if (open == 0) return text;
    }
    text = text.substr(1, text.size() - 2);
  }
  return text;
}

bool takeStart(std::string_view& text, std::string_view start) {
  if (!text.starts_with(start)) return false;
  text.remove_prefix(start.size());
  text = withoutParentheses(text);
  return true;
}

}  // namespace

SchemaValues::SchemaValues(compose::Compose& c, const Schema& schema, Found found)
    : c_(c), ev_(c.ev), schema_(schema), found_(std::move(found)) {}

void SchemaValues::check(std::uint32_t node, const std::string& path, std::span<const Def> defs) {
  Defs all;
  for (const Def& def : defs)
    if (!plain(def, all, 0)) return;
  option(node, path, all, 0);
}

// What is left of a definition when mkIf, mkMerge, mkOverride and mkOrder are taken away; nothing of one whose
// condition does not hold or is not known. False when something about it is not known.
bool SchemaValues::plain(const Def& def, Defs& out, int depth) {
  if (depth > kMaxDepth) return false;
  const Value v = ev_.force(def.value);
  Value error;
  const Property property = v.isError() ? Property::None : compose::propertyOf(c_, v, &error);
  if (v.isError() || v.isUnknown() || error.isError()) return false;
  Def inner = def;
  inner.value = v;
  const auto content = [&](base::Symbol name) { return ev_.select(v, name, 0); };
  switch (property) {
    case Property::None: out.push_back(inner); return true;
    case Property::If: {
      const Value holds = ev_.force(content(c_.common.condition));
      if (!holds.isTrue()) return holds.isFalse() || holds.isUnknown();
      inner.value = content(c_.common.content);
      return plain(inner, out, depth + 1);
    }
    case Property::Merge: {
      const Value list = ev_.force(content(c_.common.contents));
      if (!list.is(Tag::List)) return false;
      for (const Value& part : list.list()) {
        inner.value = part;
        if (!plain(inner, out, depth + 1)) return false;
      }
      return true;
    }
    case Property::Override:
    case Property::Order: inner.value = content(c_.common.content); return plain(inner, out, depth + 1);
    case Property::Definition: inner.value = content(c_.common.value); return plain(inner, out, depth + 1);
    case Property::Other: return false;
  }
  return false;
}

void SchemaValues::option(std::uint32_t node, const std::string& path, const Defs& defs, int depth) {
  const auto found = schema_.option(node);
  if (found && depth < kMaxDepth) typed(withoutParentheses(found->type), node, path, defs, depth);
}

void SchemaValues::typed(std::string_view type, std::uint32_t node, const std::string& path, const Defs& defs,
                         int depth) {
  if (takeStart(type, "null or ")) {
    Defs left;
    std::copy_if(defs.begin(), defs.end(), std::back_inserter(left),
                 [](const Def& d) { return !d.value.is(Tag::Null); });
    return typed(type, node, path, left, depth);
  }
  if (type == "submodule") return submodule(node, path, defs, depth);
  const bool isSet = takeStart(type, "attribute set of ") || takeStart(type, "lazy attribute set of ");
  if (!isSet && !takeStart(type, "list of ")) return;
  // Names and places of elements are free: one child stands for all of them.
  const auto free = schema_.freeChild(node);
  if (!free) return;
  if (isSet) {
    std::map<std::string_view, Defs> byName;
    for (const Def& def : defs) {
      if (!def.value.is(Tag::Attrs)) return;
      for (const lang::Attr& attr : *def.value.attrs) {
        Def inner = def;
        inner.value = attr.value;
        inner.pos = attr.pos;
        byName[ev_.text(attr.name)].push_back(inner);
      }
    }
    for (const auto& [name, own] : byName) {
      Defs all;
      if (std::all_of(own.begin(), own.end(), [&](const Def& def) { return plain(def, all, 0); }))
        typed(type, *free, joinPath(path, name), all, depth + 1);
    }
    return;
  }
  for (const Def& def : defs) {
    if (!def.value.is(Tag::List)) return;
    std::size_t place = 0;
    for (const Value& element : def.value.list()) {
      Def inner = def;
      inner.value = element;
      Defs all;
      ++place;
      if (plain(inner, all, 0)) typed(type, *free, fmt::format("{}.[{}]", path, place), all, depth + 1);
    }
  }
}

// One submodule: the sets of options its definitions come to, if they declare none themselves.
void SchemaValues::submodule(std::uint32_t node, const std::string& path, const Defs& defs, int depth) {
  const auto known = schema_.names(node);
  if (known.empty()) return;
  const bool hasConfig = std::find(known.begin(), known.end(), "config") != known.end();
  Defs sets;
  for (const Def& def : defs) {
    if (!def.value.is(Tag::Attrs) || def.value.attrs->find(ev_.names().functor)) return;
    for (const lang::Attr& attr : *def.value.attrs) {
      const std::string_view name = ev_.text(attr.name);
      const bool isOption = std::find(known.begin(), known.end(), name) != known.end();
      if (!isOption && isOneOf(name, kDeclaring)) return;
    }
    const lang::Attr* config = hasConfig ? nullptr : def.value.attrs->find(ev_.names().config);
    Def inner = def;
    if (config) inner.value = config->value;
    if (!config) {
      sets.push_back(inner);
    } else if (!plain(inner, sets, 0)) {
      return;
    }
  }
  names(node, path, sets, depth);
}

void SchemaValues::names(std::uint32_t node, const std::string& path, const Defs& sets, int depth) {
  if (depth > kMaxDepth) return;
  std::map<std::string_view, Defs> byName;
  for (const Def& set : sets) {
    if (!set.value.is(Tag::Attrs)) return;
    for (const lang::Attr& attr : *set.value.attrs) {
      Def inner = set;
      inner.value = attr.value;
      inner.pos = attr.pos;
      byName[ev_.text(attr.name)].push_back(inner);
    }
  }
  for (const auto& [name, own] : byName) {
    if (isOneOf(name, kModuleNames)) continue;
    const Schema::Lookup next = schema_.step(node, name);
    if (next.found == Schema::Found::Missing) {
      std::vector<std::string> siblings;
      for (const std::string_view sibling : schema_.names(node)) siblings.emplace_back(sibling);
      found_(joinPath(path, name), own.front(), std::move(siblings));
      continue;
    }
    if (next.known == 0) continue;  // the name is free
    Defs all;
    if (!std::all_of(own.begin(), own.end(), [&](const Def& def) { return plain(def, all, 0); })) continue;
    if (next.found == Schema::Found::Option)
      option(next.node, joinPath(path, name), all, depth + 1);
    else
      names(next.node, joinPath(path, name), all, depth + 1);
  }
}

}  // namespace fleetd::fleet
