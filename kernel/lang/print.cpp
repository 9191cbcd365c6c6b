// The printer: parentheses follow from how tightly each form binds in Nix's grammar.
#include "kernel/lang/print.hpp"

#include "kernel/base/big_stack.hpp"
#include "kernel/lang/print_state.hpp"

namespace fleetd::lang {

namespace {

constexpr std::size_t kStackReserve = 64 << 10;

struct OperatorText {
  std::string_view text;
  int left;  // what the left operand, the whole, and the right operand need
  int whole;
  int right;
};

OperatorText operatorText(BinaryOp op) {
  const auto leftwards = [](std::string_view text, int strength) {
    return OperatorText{text, strength, strength, strength + 1};
  };
  const auto rightwards = [](std::string_view text, int strength) {
    return OperatorText{text, strength + 1, strength, strength};
  };
  const auto single = [](std::string_view text, int strength) {
    return OperatorText{text, strength + 1, strength, strength + 1};
  };
  switch (op) {
    case BinaryOp::Or: return leftwards("||", Printer::kOr);
    case BinaryOp::And: return leftwards("&&", Printer::kAnd);
    case BinaryOp::Implies: return rightwards("->", Printer::kImplies);
    case BinaryOp::Eq: return single("==", Printer::kEquality);
    case BinaryOp::Neq: return single("!=", Printer::kEquality);
    case BinaryOp::Lt: return single("<", Printer::kComparison);
    case BinaryOp::Leq: return single("<=", Printer::kComparison);
    case BinaryOp::Gt: return single(">", Printer::kComparison);
    case BinaryOp::Geq: return single(">=", Printer::kComparison);
    case BinaryOp::Add: return leftwards("+", Printer::kSum);
    case BinaryOp::Sub: return leftwards("-", Printer::kSum);
    case BinaryOp::Mul: return leftwards("*", Printer::kProduct);
    case BinaryOp::Div: return leftwards("/", Printer::kProduct);
    case BinaryOp::Concat: return rightwards("++", Printer::kConcat);
    case BinaryOp::Update: return rightwards("//", Printer::kUpdate);
  }
  return {"", Printer::kAny, Printer::kAny, Printer::kAny};
}

}  // namespace

void Printer::print(const Expr* expr, int needed) {
  if (base::stackRemaining() < kStackReserve) {
    out_ += "(throw \"nested too deeply to be printed\")";
    return;
  }
  const bool parens = strength(expr) < needed;
  if (parens) out_ += '(';
  form(expr);
  if (parens) out_ += ')';
}

// `x or`, a call of an old kind: `or` is a name only right after a simple expression.
bool Printer::isOrCall(const ExprCall* call) const {
  if (call->args.size() != 1) return false;
  const ExprKind kind = call->args[0]->kind;
  if (kind != ExprKind::Var && kind != ExprKind::Local && kind != ExprKind::Global && kind != ExprKind::WithVar)
    return false;
  return text(static_cast<const ExprVar*>(call->args[0])->name) == "or";
}

int Printer::strength(const Expr* expr) const {
  // clang-format off
  switch (expr->kind) {
    case ExprKind::Lambda: case ExprKind::Let: case ExprKind::With: case ExprKind::If: case ExprKind::Assert: return kAny;
    case ExprKind::Binary: return operatorText(static_cast<const ExprBinary*>(expr)->op).whole;
    case ExprKind::Not: return kNot;
    case ExprKind::Negate: return kNegate;
    case ExprKind::HasAttr: return kQuestion;
    case ExprKind::Call: return isOrCall(static_cast<const ExprCall*>(expr)) ? kArgument : kCall;
    case ExprKind::Select: return kArgument;
    case ExprKind::Int: case ExprKind::Float: return kArgument;  // a dot right after a number or path would belong to it
    case ExprKind::Path: return isPathLiteral(static_cast<const ExprPath*>(expr)->path) ? kArgument : kSum;
    case ExprKind::Interp: return isOddPath(expr) ? kSum : isPathInterp(expr) ? kArgument : kSimple;
    case ExprKind::String: case ExprKind::SearchPath: case ExprKind::Local: case ExprKind::Global: case ExprKind::WithVar:
    case ExprKind::InheritFrom: case ExprKind::Var: case ExprKind::Attrs: case ExprKind::List: case ExprKind::CurPos:
      return kSimple;
  }
  // clang-format on
  return kSimple;
}

void Printer::form(const Expr* expr) {
  switch (expr->kind) {
    case ExprKind::Int: return integer(static_cast<const ExprInt*>(expr)->value);
    case ExprKind::Float: out_ += printFloat(static_cast<const ExprFloat*>(expr)->value); return;
    case ExprKind::String: out_ += printString(static_cast<const ExprString*>(expr)->text); return;
    case ExprKind::Path: return path(static_cast<const ExprPath*>(expr)->path);
    case ExprKind::SearchPath:
      out_.append("<").append(static_cast<const ExprSearchPath*>(expr)->name).append(">");
      return;
    case ExprKind::Local:
    case ExprKind::Global:
    case ExprKind::WithVar:
    case ExprKind::InheritFrom:
    case ExprKind::Var: out_ += text(static_cast<const ExprVar*>(expr)->name); return;
    case ExprKind::Select: return select(static_cast<const ExprSelect*>(expr));
    case ExprKind::HasAttr:
      print(static_cast<const ExprHasAttr*>(expr)->subject, kQuestion);
      out_ += " ? ";
      return attrPath(static_cast<const ExprHasAttr*>(expr)->path);
    case ExprKind::Attrs:
      out_ += static_cast<const ExprAttrs*>(expr)->recursive ? "rec { " : "{ ";
      bindings(static_cast<const ExprAttrs*>(expr));
      out_ += '}';
      return;
    case ExprKind::List: return list(static_cast<const ExprList*>(expr));
    case ExprKind::Lambda: return lambda(static_cast<const ExprLambda*>(expr));
    case ExprKind::Call: return call(static_cast<const ExprCall*>(expr));
    case ExprKind::Let:
      out_ += "let ";
      bindings(static_cast<const ExprLet*>(expr)->attrs);
      out_ += "in ";
      return print(static_cast<const ExprLet*>(expr)->body, kAny);
    case ExprKind::With: {
      const auto* with = static_cast<const ExprWith*>(expr);
      return prefixed("with ", with->scope, with->body);
    }
    case ExprKind::Assert: {
      const auto* assertion = static_cast<const ExprAssert*>(expr);
      return prefixed("assert ", assertion->condition, assertion->body);
    }
    case ExprKind::If: return conditional(static_cast<const ExprIf*>(expr));
    case ExprKind::Not: out_ += '!'; return print(static_cast<const ExprUnary*>(expr)->operand, kNot);
    case ExprKind::Negate: return negate(static_cast<const ExprUnary*>(expr)->operand);
    case ExprKind::Binary: return binary(static_cast<const ExprBinary*>(expr));
    case ExprKind::Interp:
      if (isPathInterp(expr)) return pathParts(static_cast<const ExprInterp*>(expr));
      return stringParts(static_cast<const ExprInterp*>(expr));
    case ExprKind::CurPos: out_ += "__curPos"; return;
  }
}

void Printer::prefixed(std::string_view keyword, const Expr* head, const Expr* body) {
  out_ += keyword;
  print(head, kAny);
  out_ += "; ";
  print(body, kAny);
}

void Printer::conditional(const ExprIf* node) {
  out_ += "if ";
  print(node->condition, kAny);
  out_ += " then ";
  print(node->then, kAny);
  out_ += " else ";
  print(node->otherwise, kAny);
}

void Printer::negate(const Expr* operand) {
  out_ += '-';
  const std::size_t start = out_.size();
  print(operand, kNegate);
  if (out_.size() > start && out_[start] == '/') out_.insert(start, 1, ' ');  // "-/a" would be a path
}

void Printer::binary(const ExprBinary* node) {
  const OperatorText op = operatorText(node->op);
  print(node->left, op.left);
  out_.append(" ").append(op.text).append(" ");
  print(node->right, op.right);
}

void Printer::call(const ExprCall* call) {
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

void Printer::select(const ExprSelect* select) {
  print(select->subject, kSimple);
  out_ += '.';
  attrPath(select->path);
  if (!select->fallback) return;
  out_ += " or ";
  print(select->fallback, kArgument);
}

std::string print(const Expr& expr, const base::SymbolTable& symbols) {
  Printer printer(symbols);
  printer.print(&expr, Printer::kAny);
  return printer.take();
}

}  // namespace fleetd::lang
