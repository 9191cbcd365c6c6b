// fleet/cxx/type_codec.hpp - schema documents as msgpack, both ways. The form is described in
// docs/sdk/messages.md.
#pragma once
#include <array>
#include <string_view>

#include "mapping.hpp"
#include "type.hpp"

namespace fleet {

namespace detail {

// In the order of Type::Kind.
inline constexpr std::array<std::string_view, 18> kTypeNames = {
    "bool", "int", "float",   "str",       "lines",    "separated", "path",     "package", "enum",
    "list", "map", "lazyMap", "submodule", "nullable", "either",    "anything", "raw",     "unspecified"};

}  // namespace detail

inline void pack(Packer& out, const OptionDecl& option);

inline void pack(Packer& out, const Type& type) {
  FieldPacker map;
  map.field("k").str(detail::kTypeNames[static_cast<std::size_t>(type.kind)]);
  if (type.max) map.field("max").integer(*type.max);
  if (type.min) map.field("min").integer(*type.min);
  if (!type.of.empty()) {
    auto& list = map.field("of");
    list.array(type.of.size());
    for (const auto& element : type.of) pack(list, element);
  }
  if (!type.open.empty()) pack(map.field("open"), type.open.front());
  if (type.kind == Type::Kind::submodule) {
    auto& list = map.field("options");
    list.array(type.options.size());
    for (const auto& option : type.options) pack(list, option);
  }
  map.text("pattern", type.pattern);
  if (!type.values.empty()) pack(map.field("values"), Value(type.values));
  map.finish(out);
}

inline void pack(Packer& out, const OptionDecl& option) {
  FieldPacker map;
  if (option.apply) pack(map.field("apply"), *option.apply);
  if (option.fallback) pack(map.field("default"), *option.fallback);
  map.text("defaultText", option.defaultText);
  map.text("doc", option.doc);
  if (option.hidden || option.internal || option.readOnly) {
    std::vector<std::string> flags;
    if (option.hidden) flags.emplace_back("hidden");
    if (option.internal) flags.emplace_back("internal");
    if (option.readOnly) flags.emplace_back("readOnly");
    packTexts(map.field("flags"), flags);
  }
  packPath(map.field("path"), option.path);
  if (!option.renamedTo.empty()) packPath(map.field("renamedTo"), option.renamedTo);
  pack(map.field("type"), option.type);
  map.finish(out);
}

inline void pack(Packer& out, const RoleDecl& role) {
  FieldPacker map;
  if (!role.classes.empty()) packTexts(map.field("classes"), role.classes);
  map.text("doc", role.doc);
  if (role.maxMachines) map.field("maxMachines").integer(*role.maxMachines);
  if (role.minMachines) map.field("minMachines").integer(*role.minMachines);
  map.field("name").str(role.name);
  if (role.open) map.field("open").boolean(true);
  auto& list = map.field("settings");
  list.array(role.settings.size());
  for (const auto& option : role.settings) pack(list, option);
  map.finish(out);
}

inline void pack(Packer& out, const Schema& schema) {
  FieldPacker map;
  if (!schema.exports.empty()) packTexts(map.field("exports"), schema.exports);
  if (!schema.generators.empty()) {
    auto& generators = map.field("generators");
    generators.array(schema.generators.size());
    for (const auto& generator : schema.generators) {
      FieldPacker one;
      one.text("doc", generator.doc);
      one.field("name").str(generator.name);
      one.finish(generators);
    }
  }
  if (schema.maxInstances) map.field("maxInstances").integer(*schema.maxInstances);
  auto& options = map.field("options");
  options.array(schema.options.size());
  for (const auto& option : schema.options) pack(options, option);
  if (!schema.roles.empty()) {
    auto& roles = map.field("roles");
    roles.array(schema.roles.size());
    for (const auto& role : schema.roles) pack(roles, role);
  }
  map.text("service", schema.service);
  map.finish(out);
}

Result<OptionDecl> readOption(Reader& in, int depth);

namespace detail {

inline Result<bool> readOptions(Reader& in, std::vector<OptionDecl>& out, int depth) {
  FLEET_TRY(readElements(in, [&]() -> Result<void> {
    FLEET_TRY_ASSIGN(auto option, readOption(in, depth));
    out.push_back(std::move(option));
    return {};
  }));
  return true;
}

inline Result<void> readKind(Reader& in, Type& out) {
  FLEET_TRY_ASSIGN(const auto name, in.str());
  for (std::size_t i = 0; i < kTypeNames.size(); ++i) {
    if (kTypeNames[i] != name) continue;
    out.kind = static_cast<Type::Kind>(i);
    return {};
  }
  return malformed("an unknown type: " + std::string(name));
}

// Do the parts that were given make a type of that kind?
inline Result<void> checkShape(const Type& type) {
  using K = Type::Kind;
  const bool oneElement =
      type.kind == K::list || type.kind == K::map || type.kind == K::lazyMap || type.kind == K::nullable;
  if (oneElement ? type.of.size() != 1 : type.kind == K::either ? type.of.size() < 2 : !type.of.empty())
    return malformed("a type has the wrong number of element types");
  if (type.kind != K::submodule && (!type.options.empty() || !type.open.empty()))
    return malformed("only a submodule has options");
  if (type.kind != K::integer && (type.min || type.max)) return malformed("only an integer type has bounds");
  if (type.min && type.max && *type.min > *type.max) return malformed("the bounds of an integer type are empty");
  if (type.kind != K::str && type.kind != K::separated && !type.pattern.empty())
    return malformed("this type has no pattern");
  if ((type.kind == K::enumeration) != !type.values.empty())
    return malformed("an enumeration, and only it, has values");
  for (const auto& value : type.values)
    if (!value.get<std::string>() && !value.get<std::int64_t>() && !value.get<bool>() && !value.isNil())
      return malformed("an enumeration holds texts, integers, booleans and null");
  return {};
}

}  // namespace detail

inline Result<Type> readType(Reader& in, int depth = FLEET_MAX_DEPTH) {
  if (depth <= 0) return overLimit("a type is nested too deeply");
  Type out;
  FLEET_TRY(readFields(in, Unknown::refuse, [&](std::string_view name) -> Result<bool> {
    if (name == "k") {
      FLEET_TRY(detail::readKind(in, out));
      return true;
    }
    if (name == "min") return readInto(in, out.min.emplace());
    if (name == "max") return readInto(in, out.max.emplace());
    if (name == "pattern") return readInto(in, out.pattern);
    if (name == "options") return detail::readOptions(in, out.options, depth - 1);
    if (name == "values") {
      FLEET_TRY_ASSIGN(out.values, detail::readList(in, 1));
      return true;
    }
    if (name == "open") {
      FLEET_TRY_ASSIGN(auto type, readType(in, depth - 1));
      out.open.assign(1, std::move(type));
      return true;
    }
    if (name != "of") return false;
    FLEET_TRY(readElements(in, [&]() -> Result<void> {
      FLEET_TRY_ASSIGN(auto type, readType(in, depth - 1));
      out.of.push_back(std::move(type));
      return {};
    }));
    return true;
  }));
  FLEET_TRY(detail::checkShape(out));
  return out;
}

inline Result<OptionDecl> readOption(Reader& in, int depth) {
  OptionDecl out;
  bool typed = false;
  FLEET_TRY(readFields(in, Unknown::refuse, [&](std::string_view name) -> Result<bool> {
    if (name == "path") return readInto(in, out.path);
    if (name == "doc") return readInto(in, out.doc);
    if (name == "default") return readInto(in, out.fallback.emplace());
    if (name == "apply") return readInto(in, out.apply.emplace());
    if (name == "defaultText") return readInto(in, out.defaultText);
    if (name == "renamedTo") return readInto(in, out.renamedTo);
    if (name == "type") {
      FLEET_TRY_ASSIGN(out.type, readType(in, depth));
      return typed = true;
    }
    if (name != "flags") return false;
    FLEET_TRY(readElements(in, [&]() -> Result<void> {
      FLEET_TRY_ASSIGN(const auto flag, in.str());
      if (flag == "readOnly")
        out.readOnly = true;
      else if (flag == "internal")
        out.internal = true;
      else if (flag == "hidden")
        out.hidden = true;
      else
        return malformed("an unknown option flag: " + std::string(flag));
      return {};
    }));
    return true;
  }));
  if (out.path.empty()) return malformed("an option has no path");
  if (!typed && out.renamedTo.empty()) return malformed("an option has no type", formatPath(out.path));
  return out;
}

inline Result<RoleDecl> readRole(Reader& in) {
  RoleDecl out;
  FLEET_TRY(readFields(in, Unknown::refuse, [&](std::string_view name) -> Result<bool> {
    if (name == "name") return readInto(in, out.name);
    if (name == "doc") return readInto(in, out.doc);
    if (name == "settings") return detail::readOptions(in, out.settings, FLEET_MAX_DEPTH);
    if (name == "classes") return readTexts(in, out.classes);
    if (name == "minMachines") return readInto(in, out.minMachines.emplace());
    if (name == "maxMachines") return readInto(in, out.maxMachines.emplace());
    if (name == "open") return readInto(in, out.open);
    return false;
  }));
  if (out.name.empty()) return malformed("a role has no name");
  return out;
}

// One schema document that fills the whole input.
inline Result<Schema> parseSchema(std::string_view bytes) {
  Reader in(bytes);
  Schema out;
  FLEET_TRY(readFields(in, Unknown::refuse, [&](std::string_view name) -> Result<bool> {
    if (name == "options") return detail::readOptions(in, out.options, FLEET_MAX_DEPTH);
    if (name == "maxInstances") return readInto(in, out.maxInstances.emplace());
    if (name == "exports") return readTexts(in, out.exports);
    if (name == "service") return readInto(in, out.service);
    if (name == "generators") {
      FLEET_TRY(readElements(in, [&]() -> Result<void> {
        auto& generator = out.generators.emplace_back();
        return readFields(in, Unknown::refuse, [&](std::string_view field) -> Result<bool> {
          if (field == "name") return readInto(in, generator.name);
          return field == "doc" ? readInto(in, generator.doc) : Result<bool>(false);
        });
      }));
      return true;
    }
    if (name != "roles") return false;
    FLEET_TRY(readElements(in, [&]() -> Result<void> {
      FLEET_TRY_ASSIGN(auto role, readRole(in));
      out.roles.push_back(std::move(role));
      return {};
    }));
    return true;
  }));
  if (!in.done()) return malformed("bytes after the end of the document");
  return out;
}

}  // namespace fleet
