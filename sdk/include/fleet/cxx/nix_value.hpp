// fleet/cxx/nix_value.hpp - values and conditions of definitions as Nix source.
#pragma once
#include <string>
#include <string_view>

#include "nix_text.hpp"
#include "text.hpp"
#include "value.hpp"

namespace fleet::nix {

// The arguments of a module that some source text needs.
struct Uses {
  bool config = false, inputs = false, lib = false, options = false, pkgs = false;
};

// Where an expression stands: alone, or as an element of a list or an argument, where only selections and
// bracketed forms may stand without parentheses.
enum class Place : std::uint8_t { alone, argument };

// Writes values. The same value gives the same text. Errors: FL0324 for what has no form in Nix (NUL in a
// text, infinity, a content hash, a secret of another machine).
class ValueWriter {
 public:
  static constexpr std::size_t kWidth = 100;  // columns a list may fill before it is broken up

  const Uses& uses() const { return uses_; }

  // `indent` is the number of blanks before the line the text starts in.
  Result<std::string> value(const Value& value, std::size_t indent = 0, Place place = Place::alone) {
    return std::visit([&](const auto& data) { return write(data, indent, place); }, value.data);
  }

  Result<std::string> condition(const Cond& cond, std::size_t indent = 0, Place place = Place::argument) {
    switch (cond.op) {
      case Cond::Op::isTrue: return configPath(cond.path);
      case Cond::Op::equals: {
        FLEET_TRY_ASSIGN(auto text, configPath(cond.path));
        FLEET_TRY_ASSIGN(const auto constant,
                         value(cond.constant.empty() ? Value() : cond.constant.front(), indent, Place::argument));
        text += " == " + constant;
        return place == Place::argument ? "(" + text + ")" : text;
      }
      case Cond::Op::negation: {
        FLEET_TRY_ASSIGN(const auto text, condition(cond.args.empty() ? Cond{} : cond.args.front(), indent));
        return place == Place::argument ? "(!" + text + ")" : "!" + text;
      }
      case Cond::Op::all: return chain(cond, " && ", "true", indent, place);
      case Cond::Op::any: return chain(cond, " || ", "false", indent, place);
    }
    return std::string("true");
  }

  // lib.mkOverride and lib.mkOrder by the names people write.
  std::string overrideFunction(std::int32_t priority) {
    if (priority == 50) return lib("mkForce");
    if (priority == 1000) return lib("mkDefault");
    if (priority == 1500) return lib("mkOptionDefault");
    return lib("mkOverride ") + number(std::int64_t{priority});
  }
  std::string orderFunction(std::int32_t order) {
    if (order == 500) return lib("mkBefore");
    if (order == 1500) return lib("mkAfter");
    return lib("mkOrder ") + number(std::int64_t{order});
  }
  std::string lib(std::string_view member) {
    uses_.lib = true;
    return "lib." + std::string(member);
  }

 private:
  static Error refused(std::string what) { return mismatch(std::move(what)); }
  static std::string blanks(std::size_t count) { return std::string(count, ' '); }
  static bool oneLine(std::string_view text) { return text.find('\n') == std::string_view::npos; }
  static std::string bracketed(std::string text, Place place) {
    return place == Place::argument ? "(" + std::move(text) + ")" : text;
  }
  static Result<void> noNul(std::string_view text) {
    if (text.find('\0') == std::string_view::npos) return {};
    return refused("a text with a NUL byte cannot be written in Nix");
  }

  Result<std::string> configPath(const Path& names) {
    uses_.config = true;
    for (const auto& each : names) FLEET_TRY(noNul(each));
    return "config" + (names.empty() ? std::string() : "." + path(names));
  }

  Result<std::string> chain(const Cond& cond, std::string_view sign, std::string_view empty, std::size_t indent,
                            Place place) {
    if (cond.args.empty()) return std::string(empty);
    if (cond.args.size() == 1) return condition(cond.args.front(), indent, place);
    std::string text;
    for (const auto& arg : cond.args) {
      FLEET_TRY_ASSIGN(const auto part, condition(arg, indent));
      if (!text.empty()) text += sign;
      text += part;
    }
    return bracketed(std::move(text), place);
  }

  Result<std::string> write(std::monostate, std::size_t, Place) { return std::string("null"); }
  Result<std::string> write(bool v, std::size_t, Place) { return std::string(v ? "true" : "false"); }
  Result<std::string> write(std::int64_t v, std::size_t, Place) { return number(v); }
  Result<std::string> write(double v, std::size_t, Place) {
    auto text = number(v);
    if (text.empty()) return refused("infinity and NaN cannot be written in Nix");
    return text;
  }
  Result<std::string> write(const std::string& v, std::size_t indent, Place) {
    FLEET_TRY(noNul(v));
    return stringLiteral({{v, false}}, indent);
  }

  Result<std::string> write(const List& list, std::size_t indent, Place) {
    if (list.empty()) return std::string("[ ]");
    std::vector<std::string> items;
    std::size_t width = indent + 4;
    bool flat = true;
    for (const auto& item : list) {
      FLEET_TRY_ASSIGN(auto text, value(item, indent + 2, Place::argument));
      width += text.size() + 1;
      flat = flat && oneLine(text) && width <= kWidth;
      items.push_back(std::move(text));
    }
    std::string out = "[";
    for (const auto& item : items) out += (flat ? " " : "\n" + blanks(indent + 2)) + item;
    return out + (flat ? " ]" : "\n" + blanks(indent) + "]");
  }

  Result<std::string> write(const Attrs& attrs, std::size_t indent, Place) {
    if (attrs.empty()) return std::string("{ }");
    std::string out = "{\n";
    for (const auto& attr : attrs) {
      // Sets with a single name are written as a path.
      FLEET_TRY(noNul(attr.name));
      std::string names = name(attr.name);
      const Value* inner = &attr.value;
      while (inner->get<Attrs>() && inner->get<Attrs>()->size() == 1) {
        const auto& only = *inner->get<Attrs>()->begin();
        FLEET_TRY(noNul(only.name));
        names += "." + name(only.name);
        inner = &only.value;
      }
      FLEET_TRY_ASSIGN(const auto text, value(*inner, indent + 2));
      out += blanks(indent + 2) + names + " = " + text + ";\n";
    }
    return out + blanks(indent) + "}";
  }

  Result<std::string> write(const Ref& ref, std::size_t, Place) { return configPath(ref.path); }

  Result<std::string> write(const Text& text, std::size_t indent, Place) {
    std::vector<StringPart> parts;
    FLEET_TRY(collect(text, indent, parts));
    return stringLiteral(std::move(parts), indent);
  }

  Result<void> collect(const Text& text, std::size_t indent, std::vector<StringPart>& out) {
    for (const auto& part : text.parts) {
      if (const auto* plain = part.get<std::string>()) {
        FLEET_TRY(noNul(*plain));
        out.push_back({*plain, false});
      } else if (const auto* inner = part.get<Text>()) {
        FLEET_TRY(collect(*inner, indent, out));
      } else {
        FLEET_TRY_ASSIGN(auto hole, value(part, indent + 2, Place::argument));
        if (!part.get<Package>()) hole = "toString " + hole;
        out.push_back({std::move(hole), true});
      }
    }
    return {};
  }

  Result<std::string> write(const Box<Secret>& box, std::size_t, Place) {
    const Secret& secret = *box;
    if (!secret.machine.empty()) return refused("a host can use its own generated files only");
    return configPath({"clan", "core", "vars", "generators", secret.generator, "files", secret.file,
                       secret.part == SecretPart::path ? "path" : "value"});
  }

  Result<std::string> write(const SpanRef&, std::size_t, Place) {
    return refused("a place in a source file is not a value");
  }
  Result<std::string> write(const Hash&, std::size_t, Place) { return refused("a content hash is not a value"); }

  Result<std::string> write(const Expr& expr, std::size_t, Place) {
    FLEET_TRY(noNul(expr.source));
    noteNames(expr.source);
    // The closing parenthesis must not fall into a comment.
    const bool plain = expr.source.find_first_of("\n#") == std::string::npos;
    return plain ? "(" + expr.source + ")" : "(\n" + expr.source + "\n)";
  }

  Result<std::string> write(const Package& package, std::size_t, Place) {
    FLEET_TRY(noNul(package.attribute));
    FLEET_TRY_ASSIGN(const auto names, parsePath(package.attribute));
    if (names.size() < 2 || names.front() != "pkgs")
      return refused("a package is called `pkgs.` and its attribute path: " + package.attribute);
    uses_.pkgs = true;
    return path(names);
  }

  Result<std::string> write(const Box<Property>& box, std::size_t indent, Place place) {
    const Property& property = *box;
    std::string function;
    switch (property.kind) {
      case Property::Kind::merge: {
        FLEET_TRY_ASSIGN(const auto list, write(property.content, indent, Place::argument));
        return bracketed(lib("mkMerge ") + list, place);
      }
      case Property::Kind::conditional: {
        FLEET_TRY_ASSIGN(const auto text, condition(property.condition, indent));
        function = lib("mkIf ") + text;
        break;
      }
      case Property::Kind::override_: function = overrideFunction(property.number); break;
      case Property::Kind::order: function = orderFunction(property.number); break;
    }
    FLEET_TRY_ASSIGN(const auto content,
                     value(property.content.empty() ? Value() : property.content.front(), indent, Place::argument));
    return bracketed(function + " " + content, place);
  }

  // The module arguments that are mentioned anywhere; one too many does no harm.
  void noteNames(std::string_view source) {
    const auto mentions = [&](std::string_view word) {
      for (auto at = source.find(word); at != std::string_view::npos; at = source.find(word, at + 1)) {
        const auto inName = [](char c) {
          return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '\'' ||
                 c == '-';
        };
        const bool before = at > 0 && inName(source[at - 1]);
        const bool after = at + word.size() < source.size() && inName(source[at + word.size()]);
        if (!before && !after) return true;
      }
      return false;
    };
    uses_.config = uses_.config || mentions("config");
    uses_.inputs = uses_.inputs || mentions("inputs");
    uses_.lib = uses_.lib || mentions("lib");
    uses_.options = uses_.options || mentions("options");
    uses_.pkgs = uses_.pkgs || mentions("pkgs");
  }

  Uses uses_;
};

}  // namespace fleet::nix
