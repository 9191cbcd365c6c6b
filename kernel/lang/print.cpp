// The printer: parentheses follow from how tightly each form binds in Nix's grammar.
#include "kernel/lang/print.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <vector>

#include <fmt/format.h>

#include "kernel/base/big_stack.hpp"
#include "kernel/lang/lexer.hpp"
#include "kernel/lang/lexer_chars.hpp"

namespace fleetd::lang {

namespace {

constexpr std::size_t kStackReserve = 64 << 10;

// How tightly a place binds its operand, weakest first; the operators' part mirrors the parser's table.
enum Strength : int {
  kAny, kImplies, kOr, kAnd, kEquality, kComparison, kUpdate, kNot, kSum, kProduct, kConcat, kQuestion, kNegate,
  kCall,     // the function of a call
  kArgument, // an argument, a list element, what follows `or`
  kSimple,   // the subject of a selection
};

struct OperatorText {
  std::string_view text;
  int left;  // what the left operand, the whole, and the right operand need
  int whole;
  int right;
};

OperatorText operatorText(BinaryOp op) {
  switch (op) {
    case BinaryOp::Or: return {"||", kOr, kOr, kOr + 1};
    case BinaryOp::And: return {"&&", kAnd, kAnd, kAnd + 1};
    case BinaryOp::Implies: return {"->", kImplies + 1, kImplies, kImplies};
    case BinaryOp::Eq: return {"==", kEquality + 1, kEquality, kEquality + 1};
    case BinaryOp::Neq: return {"!=", kEquality + 1, kEquality, kEquality + 1};
    case BinaryOp::Lt: return {"<", kComparison + 1, kComparison, kComparison + 1};
    case BinaryOp::Leq: return {"<=", kComparison + 1, kComparison, kComparison + 1};
    case BinaryOp::Gt: return {">", kComparison + 1, kComparison, kComparison + 1};
    case BinaryOp::Geq: return {">=", kComparison + 1, kComparison, kComparison + 1};
    case BinaryOp::Add: return {"+", kSum, kSum, kSum + 1};
    case BinaryOp::Sub: return {"-", kSum, kSum, kSum + 1};
    case BinaryOp::Mul: return {"*", kProduct, kProduct, kProduct + 1};
    case BinaryOp::Div: return {"/", kProduct, kProduct, kProduct + 1};
    case BinaryOp::Concat: return {"++", kConcat + 1, kConcat, kConcat};
    case BinaryOp::Update: return {"//", kUpdate + 1, kUpdate, kUpdate};
  }
  return {"", kAny, kAny, kAny};
}

// Whether the text, an absolute or home path, can stand in source as a path literal (or the start of an interpolated one).
bool isPathLiteral(std::string_view path) {
  if (path.starts_with('~')) path.remove_prefix(1);
  return path.starts_with('/') && std::all_of(path.begin(), path.end(), [](char c) { return c == '/' || isChar(c, kPathPart); });
}

void appendEscaped(std::string& out, std::string_view text, bool interpolationFollows) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      case '$':
        if (i + 1 < text.size() ? text[i + 1] == '{' : interpolationFollows) out += '\\';
        out += '$';
        break;
      default: out += c;
    }
  }
}

class Printer {
 public:
  explicit Printer(const base::SymbolTable& symbols) : symbols_(symbols) {}

  // Prints where an operand of at least `needed` strength is wanted.
  void print(const Expr* expr, int needed) {
    if (base::stackRemaining() < kStackReserve) {
      out_ += "(throw \"nested too deeply to be printed\")";
      return;
    }
    const bool parens = strength(expr) < needed;
    if (parens) out_ += '(';
    form(expr);
    if (parens) out_ += ')';
  }

  std::string take() { return std::move(out_); }

 private:
  std::string_view text(Symbol symbol) const { return symbols_.text(symbol); }

  // `x or`, a call of an old kind: `or` is a name only right after a simple expression.
  bool isOrCall(const ExprCall* call) const {
    if (call->args.size() != 1) return false;
    const ExprKind kind = call->args[0]->kind;
    const bool variable = kind == ExprKind::Var || kind == ExprKind::Local || kind == ExprKind::Global || kind == ExprKind::WithVar;
    return variable && text(static_cast<const ExprVar*>(call->args[0])->name) == "or";
  }

  int strength(const Expr* expr) const {
    switch (expr->kind) {
      case ExprKind::Lambda: case ExprKind::Let: case ExprKind::With: case ExprKind::If: case ExprKind::Assert: return kAny;
      case ExprKind::Binary: return operatorText(static_cast<const ExprBinary*>(expr)->op).whole;
      case ExprKind::Not: return kNot;
      case ExprKind::Negate: return kNegate;
      case ExprKind::HasAttr: return kQuestion;
      case ExprKind::Call: return isOrCall(static_cast<const ExprCall*>(expr)) ? kArgument : kCall;
      case ExprKind::Select: return kArgument;
      // A dot right after these would belong to them.
      case ExprKind::Int: case ExprKind::Float: return kArgument;
      case ExprKind::Path: return isPathLiteral(static_cast<const ExprPath*>(expr)->path) ? kArgument : kSum;
      case ExprKind::Interp: return isOddPath(static_cast<const ExprInterp*>(expr)) ? kSum : isPathInterp(expr) ? kArgument : kSimple;
      case ExprKind::String: case ExprKind::SearchPath: case ExprKind::Local: case ExprKind::Global: case ExprKind::WithVar:
      case ExprKind::InheritFrom: case ExprKind::Var: case ExprKind::Attrs: case ExprKind::List: case ExprKind::CurPos:
        return kSimple;
    }
    return kSimple;
  }

  static bool isPathInterp(const Expr* expr) { return expr->kind == ExprKind::Interp && (expr->flags & kPathInterp) != 0; }
  // An interpolated path in a directory whose name has no place in a path literal.
  static bool isOddPath(const ExprInterp* interp) {
    return isPathInterp(interp) && !isPathLiteral(static_cast<const ExprString*>(interp->parts[0])->text);
  }

  void form(const Expr* expr) {
    switch (expr->kind) {
      case ExprKind::Int: integer(static_cast<const ExprInt*>(expr)->value); return;
      case ExprKind::Float: out_ += printFloat(static_cast<const ExprFloat*>(expr)->value); return;
      case ExprKind::String: out_ += printString(static_cast<const ExprString*>(expr)->text); return;
      case ExprKind::Path: path(static_cast<const ExprPath*>(expr)->path); return;
      case ExprKind::SearchPath: out_.append("<").append(static_cast<const ExprSearchPath*>(expr)->name).append(">"); return;
      case ExprKind::Local: case ExprKind::Global: case ExprKind::WithVar: case ExprKind::InheritFrom: case ExprKind::Var:
        out_ += text(static_cast<const ExprVar*>(expr)->name);
        return;
      case ExprKind::Select: return select(static_cast<const ExprSelect*>(expr));
      case ExprKind::HasAttr:
        print(static_cast<const ExprHasAttr*>(expr)->subject, kQuestion + 1);
        out_ += " ? ";
        attrPath(static_cast<const ExprHasAttr*>(expr)->path);
        return;
      case ExprKind::Attrs:
        out_ += static_cast<const ExprAttrs*>(expr)->recursive ? "rec { " : "{ ";
        bindings(static_cast<const ExprAttrs*>(expr));
        out_ += '}';
        return;
      case ExprKind::List:
        out_ += "[ ";
        for (const Expr* element : static_cast<const ExprList*>(expr)->elements) {
          print(element, kArgument);
          out_ += ' ';
        }
        out_ += ']';
        return;
      case ExprKind::Lambda: return lambda(static_cast<const ExprLambda*>(expr));
      case ExprKind::Call: return call(static_cast<const ExprCall*>(expr));
      case ExprKind::Let:
        out_ += "let ";
        bindings(static_cast<const ExprLet*>(expr)->attrs);
        out_ += "in ";
        return print(static_cast<const ExprLet*>(expr)->body, kAny);
      case ExprKind::With: return prefixed("with ", static_cast<const ExprWith*>(expr)->scope, static_cast<const ExprWith*>(expr)->body);
      case ExprKind::Assert:
        return prefixed("assert ", static_cast<const ExprAssert*>(expr)->condition, static_cast<const ExprAssert*>(expr)->body);
      case ExprKind::If: return conditional(static_cast<const ExprIf*>(expr));
      case ExprKind::Not:
        out_ += '!';
        return print(static_cast<const ExprUnary*>(expr)->operand, kNot);
      case ExprKind::Negate: return negate(static_cast<const ExprUnary*>(expr)->operand);
      case ExprKind::Binary: return binary(static_cast<const ExprBinary*>(expr));
      case ExprKind::Interp:
        if (isPathInterp(expr)) return pathParts(static_cast<const ExprInterp*>(expr));
        return stringParts(static_cast<const ExprInterp*>(expr));
      case ExprKind::CurPos: out_ += "__curPos"; return;
    }
  }

  void integer(std::int64_t value) {
    if (value >= 0)
      out_ += fmt::format("{}", value);
    else if (value == INT64_MIN)
      out_ += "(-9223372036854775807 - 1)";
    else
      out_ += fmt::format("({})", value);
  }

  void path(std::string_view path) {
    if (path == "/")
      out_ += "/.";
    else if (isPathLiteral(path))
      out_ += path;
    else
      out_.append("/. + ").append(printString(path));
  }

  void select(const ExprSelect* select) {
    print(select->subject, kSimple);
    out_ += '.';
    attrPath(select->path);
    if (!select->fallback) return;
    out_ += " or ";
    print(select->fallback, kArgument);
  }

  void attrPath(std::span<const AttrName> path) {
    for (const AttrName& name : path) {
      if (&name != path.data()) out_ += '.';
      if (name.expr)
        dynamicName(name.expr);
      else
        out_ += printName(text(name.symbol));
    }
  }

  void dynamicName(const Expr* name) {
    if (name->kind == ExprKind::Interp && !isPathInterp(name)) return form(name);
    out_ += "${";
    print(name, kAny);
    out_ += '}';
  }

  void call(const ExprCall* call) {
    if (isOrCall(call)) {
      print(call->function, kSimple);
      out_ += " or";
      return;
    }
    print(call->function, kCall);
    for (const Expr* arg : call->args) {
      out_ += ' ';
      print(arg, kArgument);
    }
  }

  void prefixed(std::string_view keyword, const Expr* head, const Expr* body) {
    out_ += keyword;
    print(head, kAny);
    out_ += "; ";
    print(body, kAny);
  }

  void conditional(const ExprIf* node) {
    out_ += "if ";
    print(node->condition, kAny);
    out_ += " then ";
    print(node->then, kAny);
    out_ += " else ";
    print(node->otherwise, kAny);
  }

  void negate(const Expr* operand) {
    out_ += '-';
    const std::size_t start = out_.size();
    print(operand, kNegate);
    if (out_.size() > start && out_[start] == '/') out_.insert(start, 1, ' ');  // "-/a" would be a path
  }

  void binary(const ExprBinary* node) {
    const OperatorText op = operatorText(node->op);
    print(node->left, op.left);
    out_.append(" ").append(op.text).append(" ");
    print(node->right, op.right);
  }

  void stringParts(const ExprInterp* interp) {
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

  void pathParts(const ExprInterp* interp) {
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

  static bool isLiteralText(const Expr* part) { return part->kind == ExprKind::String && (part->flags & kLiteralText) != 0; }

  void lambda(const ExprLambda* lambda) {
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
  void bindings(const ExprAttrs* attrs) {
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
      if (!items[i].fixed) {
        dynamicName(items[i].dynamic->name);
        value(items[i].dynamic->value);
      } else if (items[i].fixed->kind == AttrKind::Plain) {
        out_ += printName(text(items[i].fixed->name));
        value(items[i].fixed->value);
      } else {
        const auto sameClause = [&](const AttrDef* def) {
          return def && def->kind == items[i].fixed->kind && sourceOf(*def) == sourceOf(*items[i].fixed);
        };
        out_ += "inherit ";
        if (items[i].fixed->kind == AttrKind::InheritFrom) {
          out_ += '(';
          print(attrs->inheritFrom[sourceOf(*items[i].fixed)], kAny);
          out_ += ") ";
        }
        out_ += printName(text(items[i].fixed->name));
        for (; i + 1 < items.size() && sameClause(items[i + 1].fixed); ++i)
          out_.append(" ").append(printName(text(items[i + 1].fixed->name)));
        out_ += "; ";
      }
    }
  }

  void value(const Expr* value) {
    out_ += " = ";
    print(value, kAny);
    out_ += "; ";
  }

  // Which `inherit (…)` a name comes from.
  static std::uint32_t sourceOf(const AttrDef& def) {
    if (def.kind != AttrKind::InheritFrom) return 0;
    return static_cast<const ExprVar*>(static_cast<const ExprSelect*>(def.value)->subject)->index;
  }

  const base::SymbolTable& symbols_;
  std::string out_;
};

}  // namespace

std::string print(const Expr& expr, const base::SymbolTable& symbols) {
  Printer printer(symbols);
  printer.print(&expr, kAny);
  return printer.take();
}

std::string printString(std::string_view text) {
  std::string out = "\"";
  appendEscaped(out, text, false);
  out += '"';
  return out;
}

bool isIdentifier(std::string_view text) {
  if (text.empty() || !isChar(text[0], kIdStart)) return false;
  if (!std::all_of(text.begin(), text.end(), [](char c) { return isChar(c, kIdPart); })) return false;
  return Lexer(text).next().kind == Tok::Id;
}

std::string printName(std::string_view name) { return isIdentifier(name) ? std::string(name) : printString(name); }

std::string printFloat(double value) {
  if (std::isnan(value)) return "(1.0e308 * 10 - 1.0e308 * 10)";
  if (std::isinf(value)) return value > 0 ? "(1.0e308 * 10)" : "(-1.0e308 * 10)";
  if (std::signbit(value)) return value == 0 ? "(-1 * 0.0)" : fmt::format("(-{})", printFloat(-value));
  // Literals that lose digits are refused, so such a value has to be computed; the division is exact.
  if (value != 0 && !std::isnormal(value)) return fmt::format("({} / 1152921504606846976.0)", printFloat(value * 0x1p60));
  char buffer[64];
  const auto [stop, error] = std::to_chars(buffer, buffer + sizeof buffer, value);
  static_cast<void>(error);  // the buffer is large enough for every double
  std::string text(buffer, stop);
  if (const std::size_t exponent = text.find('e'); text.find('.') == std::string::npos)
    text.insert(std::min(exponent, text.size()), ".0");
  return text;
}

}  // namespace fleetd::lang
