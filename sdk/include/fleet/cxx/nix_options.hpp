// fleet/cxx/nix_options.hpp - option declarations as the text of a NixOS-style module.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "nix_module.hpp"
#include "type.hpp"

namespace fleet::nix {

// Declarations whose paths hold `*` (any one name) as maps of submodules, so that no path has one any more.
// `*` as the last name makes a map of the option's own type. The order of first mention stays.
inline std::vector<OptionDecl> withoutWildcards(const std::vector<OptionDecl>& options) {
  std::vector<OptionDecl> out;
  std::map<Path, std::vector<OptionDecl>> inside;  // by the path before the first `*`
  for (const auto& option : options) {
    const auto star = std::find(option.path.begin(), option.path.end(), "*");
    if (star == option.path.end()) {
      out.push_back(option);
      continue;
    }
    const Path before(option.path.begin(), star);
    auto [group, isNew] = inside.try_emplace(before);
    if (isNew) {
      out.emplace_back();
      out.back().path = before;
      out.back().fallback = Value(Attrs{});
    }
    group->second.push_back(option);
    group->second.back().path.erase(group->second.back().path.begin(),
                                    group->second.back().path.begin() + (star - option.path.begin()) + 1);
  }
  for (auto& option : out) {
    const auto group = inside.find(option.path);
    if (group == inside.end()) continue;
    const bool whole = group->second.size() == 1 && group->second.front().path.empty();
    option.type = type::map(whole ? group->second.front().type : type::submodule(withoutWildcards(group->second)));
    if (whole) option.doc = group->second.front().doc;
  }
  return out;
}

// How declarations differ from ordinary ones. The kernel writes those of platforms for its own evaluation
// with it.
struct OptionStyle {
  std::string mark;            // a binding every submodule gets instead of a freeform type, or nothing
  std::string missingDefault;  // a function from an option's path to the default of options without one, or nothing
};

// Writes types and declarations. Errors as ValueWriter.
class OptionWriter {
 public:
  explicit OptionWriter(OptionStyle style = {}) : style_(std::move(style)) {}
  ValueWriter& values() { return values_; }

  Result<std::string> type(const Type& type, std::size_t indent, Place place = Place::alone) {
    using K = Type::Kind;
    const auto call = [&](std::string text) { return place == Place::argument ? "(" + text + ")" : text; };
    const auto of = [&](const char* function) -> Result<std::string> {
      FLEET_TRY_ASSIGN(const auto element,
                       this->type(type.of.empty() ? type::unspecified() : type.of.front(), indent, Place::argument));
      return call(types(function) + " " + element);
    };
    switch (type.kind) {
      case K::boolean: return types("bool");
      case K::integer: return integer(type, place);
      case K::number: return types("number");
      case K::str: return type.pattern.empty() ? types("str") : call(types("strMatching ") + quoted(type.pattern));
      case K::lines: return types("lines");
      case K::separated: return call(types("separatedString ") + quoted(type.pattern));
      case K::path: return types("path");
      case K::package: return types("package");
      case K::enumeration: {
        FLEET_TRY_ASSIGN(const auto values, values_.value(Value(type.values), indent, Place::argument));
        return call(types("enum ") + values);
      }
      case K::list: return of("listOf");
      case K::map: return of("attrsOf");
      case K::lazyMap: return of("lazyAttrsOf");
      case K::nullable: return of("nullOr");
      case K::submodule: return submodule(type, indent, place);
      case K::either: {
        std::string items;
        for (const auto& each : type.of) {
          FLEET_TRY_ASSIGN(const auto text, this->type(each, indent, Place::argument));
          items += text + " ";
        }
        return call(types("oneOf [ ") + items + "]");
      }
      case K::anything: return types("anything");
      case K::raw: return types("raw");
      case K::unspecified: return types("unspecified");
    }
    return types("unspecified");
  }

  // The declarations as a set, below the names of `root`, and the renamed ones as imports.
  Result<std::string> set(const std::vector<OptionDecl>& options, std::size_t indent) {
    std::string out = "{\n";
    for (const auto& option : options) {
      if (!option.renamedTo.empty()) continue;
      const auto depth = place_.size();
      place_.insert(place_.end(), option.path.begin(), option.path.end());
      auto text = declaration(option, indent + 2);
      place_.resize(depth);
      if (!text) return under(formatPath(option.path), std::move(text).error());
      out += std::string(indent + 2, ' ') + path(option.path) + " = " + *text + ";\n";
    }
    return out + std::string(indent, ' ') + "}";
  }

  // `imports` for the options that were renamed, or nothing.
  std::string renames(const Path& root, const std::vector<OptionDecl>& options, std::size_t indent) {
    std::string out;
    const auto list = [&](const Path& below) {
      Path whole = root;
      whole.insert(whole.end(), below.begin(), below.end());
      std::string text = "[ ";
      for (const auto& each : whole) text += quoted(each) + " ";
      return text + "]";
    };
    for (const auto& option : options)
      if (!option.renamedTo.empty())
        out += std::string(indent + 2, ' ') + "(" + values_.lib("mkRenamedOptionModule ") + list(option.path) + " " +
               list(option.renamedTo) + ")\n";
    if (!out.empty()) out = std::string(indent, ' ') + "imports = [\n" + out + std::string(indent, ' ') + "];\n";
    return out;
  }

 private:
  std::string types(std::string_view member) { return values_.lib("types." + std::string(member)); }

  std::string integer(const Type& type, Place place) {
    const auto call = [&](std::string text) { return place == Place::argument ? "(" + text + ")" : text; };
    if (!type.min && !type.max) return types("int");
    if (type.min && type.max) {
      if (*type.min == 0 && *type.max == 65535) return types("port");
      return call(types("ints.between ") + number(*type.min) + " " + number(*type.max));
    }
    if (type.min && *type.min == 0) return types("ints.unsigned");
    if (type.min && *type.min == 1) return types("ints.positive");
    const auto test = type.min ? "n >= " + number(*type.min) : "n <= " + number(*type.max);
    return call(types("addCheck ") + types("int") + " (n: " + test + ")");
  }

  Result<std::string> submodule(const Type& type, std::size_t indent, Place place) {
    const std::string blanks(indent, ' ');
    std::string out = types("submodule ({ name, ... }: {\n");
    out += renames({}, type.options, indent + 2);
    if (!style_.mark.empty()) {
      out += blanks + "  " + style_.mark + "\n";
    } else if (!type.open.empty()) {
      FLEET_TRY_ASSIGN(const auto freeform, this->type(type.open.front(), indent + 2, Place::argument));
      out += blanks + "  freeformType = " + types("attrsOf ") + freeform + ";\n";
    }
    place_.emplace_back("<name>");
    auto options = set(withoutWildcards(type.options), indent + 2);
    place_.pop_back();
    if (!options) return std::move(options).error();
    out += blanks + "  options = " + *options + ";\n" + blanks + "})";
    return place == Place::argument ? "(" + out + ")" : out;
  }

  Result<std::string> declaration(const OptionDecl& option, std::size_t indent) {
    const std::string blanks(indent + 2, ' ');
    std::string out = values_.lib("mkOption {\n");
    FLEET_TRY_ASSIGN(const auto typeText, type(option.type, indent + 2));
    out += blanks + "type = " + typeText + ";\n";
    if (option.fallback) {
      FLEET_TRY_ASSIGN(const auto text, values_.value(*option.fallback, indent + 2));
      out += blanks + "default = " + text + ";\n";
    } else if (!style_.missingDefault.empty()) {
      out += blanks + "default = " + style_.missingDefault + " " + quoted(formatPath(place_)) + ";\n";
    }
    if (option.apply) {
      FLEET_TRY_ASSIGN(const auto text, values_.value(*option.apply, indent + 2));
      out += blanks + "apply = " + text + ";\n";
    }
    if (!option.defaultText.empty())
      out += blanks + "defaultText = " + values_.lib("literalExpression ") + quoted(option.defaultText) + ";\n";
    out += blanks + "description = " + quoted(option.doc) + ";\n";
    if (option.readOnly) out += blanks + "readOnly = true;\n";
    if (option.internal) out += blanks + "internal = true;\n";
    if (option.hidden) out += blanks + "visible = false;\n";
    return out + std::string(indent, ' ') + "}";
  }

  OptionStyle style_;
  ValueWriter values_;
  Path place_;  // of the declaration that is being written
};

// A module that declares these options below `root`. Errors: FL0324, with the option path.
inline Result<std::string> optionsText(const ModuleHead& head, const Path& root, const std::vector<OptionDecl>& options,
                                       OptionStyle style = {}) {
  const std::string mark = style.mark.empty() ? "" : "  " + style.mark + "\n";
  OptionWriter writer(std::move(style));
  const auto all = withoutWildcards(options);
  FLEET_TRY_ASSIGN(const auto set, writer.set(all, 2));
  const auto renames = writer.renames(root, all, 2);
  return moduleHead(head, writer.values().uses()) + mark + renames + "  options" +
         (root.empty() ? "" : "." + path(root)) + " = " + set + ";\n}\n";
}

}  // namespace fleet::nix
