// The printer's parts with an inside: sets, functions, lists, strings, paths.
#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "kernel/lang/lexer_chars.hpp"
#include "kernel/lang/print.hpp"
#include "kernel/lang/print_state.hpp"

namespace fleetd::lang {

namespace {

bool isLiteralText(const Expr* part) { return part->kind == ExprKind::String && (part->flags & kLiteralText) != 0; }

// Which `inherit (…)` a name comes from.
std::uint32_t sourceOf(const AttrDef& def) {
  if (def.kind != AttrKind::InheritFrom) return 0;
  return static_cast<const ExprVar*>(static_cast<const ExprSelect*>(def.value)->subject)->index;
}

}  // namespace

bool isPathLiteral(std::string_view path) {
  if (path.starts_with('~')) path.remove_prefix(1);
  const auto fits = [](char c) { return c == '/' || isChar(c, kPathPart); };
  return path.starts_with('/') && std::all_of(path.begin(), path.end(), fits);
}

bool isPathInterp(const Expr* expr) { return expr->kind == ExprKind::Interp && (expr->flags & kPathInterp) != 0; }

bool isOddPath(const Expr* expr) {
  if (!isPathInterp(expr)) return false;
  return !isPathLiteral(static_cast<const ExprString*>(static_cast<const ExprInterp*>(expr)->parts[0])->text);
}

void Printer::integer(std::int64_t value) {
  if (value >= 0)
    out_ += fmt::format("{}", value);
  else if (value == INT64_MIN)
    out_ += "(-9223372036854775807 - 1)";
  else
    out_ += fmt::format("({})", value);
}

void Printer::path(std::string_view path) {
  if (path == "/")
    out_ += "/.";
  else if (isPathLiteral(path))
    out_ += path;
  else
    out_.append("/. + ").append(printString(path));
}

void Printer::stringParts(const ExprInterp* interp) {
  out_ += '"';
  for (std::size_t i = 0; i < interp->parts.size(); ++i) {
    const Expr* part = interp->parts[i];
    if (isLiteralText(part)) {
      const bool more = i + 1 < interp->parts.size() && !isLiteralText(interp->parts[i + 1]);
      appendEscaped(out_, static_cast<const ExprString*>(part)->text, more);
      continue;
    }
    out_ += "${";
    print(part, kAny);
    out_ += '}';
  }
  out_ += '"';
}

void Printer::pathParts(const ExprInterp* interp) {
  if (isOddPath(interp)) {
    out_ += "/.";
    for (const Expr* part : interp->parts) {
      out_ += " + ";
      print(part, kSum + 1);
    }
    return;
  }
  out_ += static_cast<const ExprString*>(interp->parts[0])->text;
  for (const Expr* part : interp->parts.subspan(1)) {
    if (isLiteralText(part)) {
      out_ += static_cast<const ExprString*>(part)->text;
      continue;
    }
    out_ += "${";
    print(part, kAny);
    out_ += '}';
  }
}

void Printer::list(const ExprList* list) {
  out_ += "[ ";
  for (const Expr* element : list->elements) {
    print(element, kArgument);
    out_ += ' ';
  }
  out_ += ']';
}

void Printer::attrPath(std::span<const AttrName> path) {
  for (const AttrName& name : path) {
    if (&name != path.data()) out_ += '.';
    if (name.expr)
      dynamicName(name.expr);
    else
      out_ += printName(text(name.symbol));
  }
}

void Printer::dynamicName(const Expr* name) {
  if (name->kind == ExprKind::Interp && !isPathInterp(name)) return form(name);
  out_ += "${";
  print(name, kAny);
  out_ += '}';
}

void Printer::lambda(const ExprLambda* lambda) {
  if (lambda->arg) out_ += text(lambda->arg);
  if (lambda->hasFormals) {
    if (lambda->arg) out_ += '@';
    std::vector<const Formal*> formals;
    for (const Formal& formal : lambda->formals) formals.push_back(&formal);
    std::sort(formals.begin(), formals.end(), [this](const Formal* a, const Formal* b) {
      return a->pos == b->pos ? text(a->name) < text(b->name) : a->pos < b->pos;
    });
    out_ += "{ ";
    for (const Formal* formal : formals) {
      out_ += text(formal->name);
      if (formal->fallback) {
        out_ += " ? ";
        print(formal->fallback, kAny);
      }
      out_ += formal == formals.back() && !lambda->ellipsis ? " " : ", ";
    }
    out_ += lambda->ellipsis ? "... }" : "}";
  }
  out_ += ": ";
  print(lambda->body, kAny);
}

// Every binding followed by a blank, in the order of the source.
void Printer::bindings(const ExprAttrs* attrs) {
  struct Item {
    Pos pos;
    const AttrDef* fixed;
    const DynamicAttr* dynamic;
  };
  std::vector<Item> items;
  items.reserve(attrs->statics.size() + attrs->dynamics.size());
  for (const AttrDef& def : attrs->statics) items.push_back({def.pos, &def, nullptr});
  for (const DynamicAttr& def : attrs->dynamics) items.push_back({def.pos, nullptr, &def});
  std::stable_sort(items.begin(), items.end(), [this](const Item& a, const Item& b) {
    if (a.pos != b.pos) return a.pos < b.pos;
    return a.fixed && b.fixed && text(a.fixed->name) < text(b.fixed->name);
  });
  for (std::size_t i = 0; i < items.size(); ++i) {
    const AttrDef* fixed = items[i].fixed;
    if (!fixed) {
      dynamicName(items[i].dynamic->name);
      value(items[i].dynamic->value);
      continue;
    }
    if (fixed->kind == AttrKind::Plain) {
      out_ += printName(text(fixed->name));
      value(fixed->value);
      continue;
    }
    out_ += "inherit ";
    if (fixed->kind == AttrKind::InheritFrom) {
      out_ += '(';
      print(attrs->inheritFrom[sourceOf(*fixed)], kAny);
      out_ += ") ";
    }
    out_ += printName(text(fixed->name));
    const auto sameClause = [fixed](const AttrDef* def) {
      return def && def->kind == fixed->kind && sourceOf(*def) == sourceOf(*fixed);
    };
    for (; i + 1 < items.size() && sameClause(items[i + 1].fixed); ++i)
      out_.append(" ").append(printName(text(items[i + 1].fixed->name)));
    out_ += "; ";
  }
}

void Printer::value(const Expr* value) {
  out_ += " = ";
  print(value, kAny);
  out_ += "; ";
}

}  // namespace fleetd::lang
