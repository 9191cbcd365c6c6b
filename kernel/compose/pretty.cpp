// Definitions in messages (see pretty.hpp).
#include "kernel/compose/pretty.hpp"

#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

#include "kernel/base/json_writer.hpp"
#include "kernel/base/text.hpp"
#include "kernel/compose/compose.hpp"
#include "kernel/lang/unknown.hpp"

namespace fleetd::compose {

namespace {

constexpr int kDepthLimit = 10;

void replaceAll(std::string& text, std::string_view what, std::string_view with) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size()))
    text.replace(at, what.size(), with);
}

class Printer {
 public:
  Printer(Compose& c, std::string& out) : c_(c), out_(out) {}

  // Null, or the error met.
  Value print(Value v, const std::string& margin, int depth) {
    if (depth > kDepthLimit) return text("<unevaluated>", margin);
    v = c_.ev.force(v);
    if (v.isError()) return v;
    if (depth == kDepthLimit && !v.is(Tag::Attrs) && !v.is(Tag::List)) return text("<unevaluated>", margin);
    switch (v.tag) {
      case Tag::Int: out_ += std::to_string(v.integer); return {};
      case Tag::Float: base::appendJsonFloat(out_, v.real); return {};
      case Tag::String: return text(v.string(), margin);
      case Tag::Bool: out_ += v.boolean() ? "true" : "false"; return {};
      case Tag::Null: out_ += "null"; return {};
      case Tag::Path: out_ += v.string(); return {};
      case Tag::List: return list(v, margin, depth);
      case Tag::Lambda:
      case Tag::Prim:
      case Tag::PrimApp: return function(v);
      case Tag::Attrs: return set(v, margin, depth);
      case Tag::Native: out_ += "<native>"; return {};
      default: out_ += v.isUnknown() ? "<" + lang::printUnknown(c_.ev, v) + ">" : "<unevaluated>"; return {};
    }
  }

 private:
  Value text(std::string_view value, const std::string& margin) {
    const auto lines = base::split(value, '\n');
    if (lines.size() > 1) {
      block(lines, margin);
      return {};
    }
    std::string escaped(value);
    replaceAll(escaped, "\\", "\\\\");
    replaceAll(escaped, "\"", "\\\"");
    replaceAll(escaped, "${", "\\${");
    out_ += '"' + escaped + '"';
    return {};
  }

  void block(const std::vector<std::string_view>& lines, const std::string& margin) {
    const std::string open = "\n" + margin + "  ";
    out_ += "''";
    for (std::size_t i = 0; i < lines.size(); ++i) {
      const bool last = i + 1 == lines.size();
      if (last && lines[i].empty()) {
        out_ += "\n" + margin;
        break;
      }
      std::string line(lines[i]);
      replaceAll(line, "''", "'''");
      replaceAll(line, "${", "''${");
      out_ += open + line;
    }
    out_ += "''";
  }

  Value list(Value v, const std::string& margin, int depth) {
    if (v.aux == 0) {
      out_ += "[ ]";
      return {};
    }
    out_ += '[';
    for (Value element : v.list()) {
      out_ += "\n" + margin + "  ";
      const Value error = print(element, margin + "  ", depth + 1);
      if (error.isError()) return error;
    }
    out_ += "\n" + margin + "]";
    return {};
  }

  Value function(Value v) {
    const Value args = functionArgs(c_, v);
    if (args.isError()) return args;
    if (!args.is(Tag::Attrs) || args.attrs->size == 0) {
      out_ += "<function>";
      return {};
    }
    out_ += "<function, args: {";
    bool first = true;
    for (const Attr* arg : c_.ev.sortedByName(args.attrs)) {
      if (!first) out_ += ", ";
      first = false;
      out_ += c_.text(arg->name);
      if (c_.ev.force(arg->value).isTrue()) out_ += '?';
    }
    out_ += "}>";
    return {};
  }

  Value set(Value v, const std::string& margin, int depth) {
    const Value isFn = isFunction(c_, v);
    if (isFn.isError()) return isFn;
    if (isFn.isTrue()) return function(v);
    if (v.attrs->size == 0) {
      out_ += "{ }";
      return {};
    }
    if (const Attr* type = v.attrs->find(c_.common.drvType)) {
      const Value kind = depth + 1 > kDepthLimit ? Value() : c_.ev.force(type->value);
      if (kind.isError()) return kind;
      if (kind.is(Tag::String) && kind.string() == "derivation") return derivation(v);
    }
    // A layer of a service's settings around what was written.
    if (v.attrs->find(c_.ev.symbol("_fleetdLayer"))) return print(c_.ev.select(v, c_.common.content, 0), margin, depth);
    out_ += '{';
    for (const Attr* attr : c_.ev.sortedByName(v.attrs)) {
      out_ += "\n" + margin + "  " + nixIdentifier(c_.text(attr->name)) + " = ";
      const Value error = print(attr->value, margin + "  ", depth + 1);
      if (error.isError()) return error;
      out_ += ';';
    }
    out_ += "\n" + margin + "}";
    return {};
  }

  Value derivation(Value v) {
    const Value name = c_.ev.selectOr(v, c_.common.name, Value::text("???"), 0);
    if (name.isError()) return name;
    out_ += fmt::format("<derivation {}>", name.is(Tag::String) ? name.string() : std::string_view("???"));
    return {};
  }

  Compose& c_;
  std::string& out_;
};

}  // namespace

Value prettyText(Compose& c, Value v, std::string* out) { return Printer(c, *out).print(v, "", 0); }

Value showDefs(Compose& c, std::span<const Def> defs, std::string* out) {
  // Printing looks into values nobody asked for; what their code has to say is not wanted.
  struct Quiet {
    explicit Quiet(lang::Evaluator& evaluator)
        : ev(evaluator), before(std::exchange(evaluator.onTrace, [](std::string_view) {})) {}
    ~Quiet() { ev.onTrace = std::move(before); }
    lang::Evaluator& ev;
    std::function<void(std::string_view)> before;
  } quiet(c.ev);
  for (const Def& def : defs) {
    *out += fmt::format("\n- In `{}'", c.fileName(def.file));
    std::string text;
    const Value error = prettyText(c, def.value, &text);
    if (error.isError()) {
      if (!error.error->catchable()) return error;
      continue;
    }
    const auto lines = base::split(text, '\n');
    *out += lines.size() > 1 ? ":" : ": ";
    const std::size_t shown = std::min<std::size_t>(lines.size(), 5);
    for (std::size_t i = 0; i < shown; ++i) {
      if (lines.size() > 1) *out += "\n    ";
      *out += lines[i];
    }
    if (lines.size() > 5) *out += "\n    ...";
  }
  return {};
}

std::string showFiles(Compose& c, std::span<const Def> defs) {
  std::string out;
  for (const Def& def : defs) {
    if (!out.empty()) out += " and ";
    out += fmt::format("`{}'", c.fileName(def.file));
  }
  return out;
}

}  // namespace fleetd::compose
