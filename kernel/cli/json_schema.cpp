// JSON Schema (draft 2020-12) of option types.
#include "kernel/cli/json_schema.hpp"

#include <limits>

#include <fmt/format.h>
#include <fleet/cxx/path.hpp>

namespace fleetd::cli {

namespace {

using sdk::Type;

void writeType(base::JsonWriter& json, const Type& type);

// The limits of the machine's integers are nothing to tell of.
bool hasLeast(const Type& type) { return type.min && *type.min != std::numeric_limits<std::int64_t>::min(); }
bool hasMost(const Type& type) { return type.max && *type.max != std::numeric_limits<std::int64_t>::max(); }

void writeMembers(base::JsonWriter& json, const Type& type) {
  switch (type.kind) {
    case Type::Kind::boolean: json.member("type", "boolean"); break;
    case Type::Kind::integer:
      json.member("type", "integer");
      if (hasLeast(type)) json.member("minimum", *type.min);
      if (hasMost(type)) json.member("maximum", *type.max);
      break;
    case Type::Kind::number: json.member("type", "number"); break;
    case Type::Kind::str:
      json.member("type", "string");
      if (!type.pattern.empty()) json.member("pattern", fmt::format("^(?:{})$", type.pattern));
      break;
    case Type::Kind::lines:
    case Type::Kind::separated:
    case Type::Kind::path: json.member("type", "string"); break;
    case Type::Kind::enumeration:
      json.key("enum").beginArray();
      for (const auto& value : type.values) writeJson(json, value);
      json.endArray();
      break;
    case Type::Kind::list:
      json.member("type", "array").key("items");
      writeType(json, type.of.front());
      break;
    case Type::Kind::map:
    case Type::Kind::lazyMap:
      json.member("type", "object").key("additionalProperties");
      writeType(json, type.of.front());
      break;
    case Type::Kind::nullable:
    case Type::Kind::either:
      json.key("oneOf").beginArray();
      for (const auto& one : type.of) writeType(json, one);
      if (type.kind == Type::Kind::nullable) json.beginObject().member("type", "null").endObject();
      json.endArray();
      break;
    case Type::Kind::package:
    case Type::Kind::submodule:  // written as a whole by writeType
    case Type::Kind::anything:
    case Type::Kind::raw:
    case Type::Kind::unspecified: break;
  }
}

void writeType(base::JsonWriter& json, const Type& type) {
  if (type.kind == Type::Kind::submodule) return writeJsonSchema(json, type.options, !type.open.empty());
  json.beginObject();
  writeMembers(json, type);
  json.endObject();
}

}  // namespace

void writeJson(base::JsonWriter& json, const sdk::Value& value) {
  if (const auto* b = value.get<bool>()) {
    json.boolean(*b);
  } else if (const auto* i = value.get<std::int64_t>()) {
    json.integer(*i);
  } else if (const auto* d = value.get<double>()) {
    json.real(*d);
  } else if (const auto* s = value.get<std::string>()) {
    json.string(*s);
  } else if (const auto* list = value.get<sdk::List>()) {
    json.beginArray();
    for (const auto& item : *list) writeJson(json, item);
    json.endArray();
  } else if (const auto* attrs = value.get<sdk::Attrs>()) {
    json.beginObject();
    for (const auto& attr : *attrs) {
      json.key(attr.name);
      writeJson(json, attr.value);
    }
    json.endObject();
  } else {
    json.null();
  }
}

void writeJsonSchema(base::JsonWriter& json, const std::vector<sdk::OptionDecl>& options, bool open) {
  json.beginObject().member("type", "object").member("additionalProperties", open).key("properties").beginObject();
  for (const auto& option : options) {
    json.key(sdk::formatPath(option.path)).beginObject();
    if (!option.doc.empty()) json.member("description", option.doc);
    if (option.fallback) {
      json.key("default");
      writeJson(json, *option.fallback);
    }
    if (option.type.kind == Type::Kind::submodule) {
      json.key("allOf").beginArray();
      writeType(json, option.type);
      json.endArray();
    } else {
      writeMembers(json, option.type);
    }
    json.endObject();
  }
  json.endObject().key("required").beginArray();
  for (const auto& option : options)
    if (!option.fallback) json.string(sdk::formatPath(option.path));
  json.endArray().endObject();
}

std::string typeName(const Type& type) {
  switch (type.kind) {
    case Type::Kind::boolean: return "boolean";
    case Type::Kind::integer:
      if (hasLeast(type) && hasMost(type)) return fmt::format("integer from {} to {}", *type.min, *type.max);
      if (hasLeast(type)) return fmt::format("integer from {}", *type.min);
      return hasMost(type) ? fmt::format("integer up to {}", *type.max) : "integer";
    case Type::Kind::number: return "number";
    case Type::Kind::str: return "text";
    case Type::Kind::lines: return "lines";
    case Type::Kind::separated: return "text";
    case Type::Kind::path: return "path";
    case Type::Kind::package: return "package";
    case Type::Kind::enumeration: {
      std::string out = "one of";
      for (const auto& value : type.values)
        if (const auto* text = value.get<std::string>()) out += fmt::format(" \"{}\"", *text);
      return out;
    }
    case Type::Kind::list: return "list of " + typeName(type.of.front());
    case Type::Kind::map:
    case Type::Kind::lazyMap: return "set of " + typeName(type.of.front());
    case Type::Kind::submodule: return "settings";
    case Type::Kind::nullable: return "null or " + typeName(type.of.front());
    case Type::Kind::either: {
      std::string out;
      for (const auto& one : type.of) out += (out.empty() ? "" : " or ") + typeName(one);
      return out;
    }
    case Type::Kind::anything:
    case Type::Kind::raw:
    case Type::Kind::unspecified: break;
  }
  return "anything";
}

}  // namespace fleetd::cli
