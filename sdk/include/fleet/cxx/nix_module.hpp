// fleet/cxx/nix_module.hpp - definitions as the text of a NixOS-style module.
#pragma once
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "definition.hpp"
#include "nix_value.hpp"

namespace fleet::nix {

// What a module text says besides its definitions.
struct ModuleHead {
  std::string comment;  // lines without `#`; may be empty
  std::string file;     // what error messages call the module
};

namespace detail {

// Definitions that can stand in one set: the same condition, no path inside of another one.
struct Group {
  const std::optional<Cond>* condition = nullptr;
  std::vector<const Definition*> definitions;
  std::set<Path> paths;

  bool takes(const Definition& definition) const {
    if (!(definition.condition == *condition)) return false;
    for (Path above = definition.path; !above.empty(); above.pop_back())
      if (paths.contains(above)) return false;
    const auto below = paths.lower_bound(definition.path);
    return below == paths.end() || !isBelow(*below, definition.path);
  }
};

inline std::vector<Group> groups(const std::vector<Definition>& definitions) {
  std::vector<Group> out;
  for (const auto& definition : definitions) {
    if (out.empty() || !out.back().takes(definition)) {
      out.emplace_back();
      out.back().condition = &definition.condition;
    }
    out.back().definitions.push_back(&definition);
    out.back().paths.insert(definition.path);
  }
  return out;
}

// The value with its priority and order around it.
inline Value wrapped(const Definition& definition) {
  Value out = definition.value;
  if (definition.order != Order::normal) out = mkOrder(definition.order, std::move(out));
  if (definition.priority != Priority::normal) out = mkOverride(definition.priority, std::move(out));
  return out;
}

inline Result<std::string> set(ValueWriter& writer, const Group& group, std::size_t indent) {
  std::string out = "{\n";
  for (const auto* definition : group.definitions) {
    for (const auto& each : definition->path)
      if (each.find('\0') != std::string::npos) return mismatch("a name with a NUL byte", formatPath(definition->path));
    auto text = writer.value(wrapped(*definition), indent + 2);
    if (!text) return under(formatPath(definition->path), std::move(text).error());
    out += std::string(indent + 2, ' ') + path(definition->path) + " = " + *text + ";\n";
  }
  return out + std::string(indent, ' ') + "}";
}

inline Result<std::string> element(ValueWriter& writer, const Group& group, std::size_t indent, Place place) {
  FLEET_TRY_ASSIGN(auto text, set(writer, group, indent));
  if (!*group.condition) return text;
  FLEET_TRY_ASSIGN(const auto condition, writer.condition(**group.condition, indent));
  text = writer.lib("mkIf ") + condition + " " + text;
  return place == Place::argument ? "(" + text + ")" : text;
}

}  // namespace detail

// The head of a module: comment, and a function of the arguments that are used.
inline std::string moduleHead(const ModuleHead& head, const Uses& uses) {
  std::string out;
  std::string line;
  for (const char c : head.comment.empty() ? std::string() : head.comment + "\n") {
    if (c != '\n' && c != '\r') {
      line += c;
      continue;
    }
    out += line.empty() ? "#\n" : "# " + line + "\n";
    line.clear();
  }
  out += "{ ";
  if (uses.config) out += "config, ";
  if (uses.inputs) out += "inputs, ";
  if (uses.lib) out += "lib, ";
  if (uses.options) out += "options, ";
  if (uses.pkgs) out += "pkgs, ";
  out += "... }:\n{\n";
  if (!head.file.empty()) out += "  _file = " + quoted(head.file) + ";\n";
  return out;
}

// A module with exactly these definitions, in this order. Errors: FL0324, with the option path.
inline Result<std::string> moduleText(const ModuleHead& head, const std::vector<Definition>& definitions) {
  ValueWriter writer;
  const auto all = detail::groups(definitions);
  std::string body;
  if (all.empty()) {
    body = "{ }";
  } else if (all.size() == 1) {
    FLEET_TRY_ASSIGN(body, detail::element(writer, all.front(), 2, Place::alone));
  } else {
    body = writer.lib("mkMerge [\n");
    for (const auto& group : all) {
      FLEET_TRY_ASSIGN(const auto text, detail::element(writer, group, 4, Place::argument));
      body += "    " + text + "\n";
    }
    body += "  ]";
  }
  return moduleHead(head, writer.uses()) + "  config = " + body + ";\n}\n";
}

}  // namespace fleet::nix
