// Values and expressions as Nix prints them in messages; unknown values as the expression they stand for.
#include "kernel/lang/show.hpp"

#include <algorithm>
#include <cmath>

#include "kernel/lang/print.hpp"
#include "kernel/lang/unknown.hpp"

namespace fleetd::lang {

namespace {

constexpr std::size_t kMaxShown = 400;  // bytes of a value in a message

bool plainName(std::string_view name) {
  if (name.empty()) return false;
  auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  if (!letter(name[0])) return false;
  for (char c : name)
    if (!letter(c) && !(c >= '0' && c <= '9') && c != '\'' && c != '-') return false;
  return true;
}

class Shower {
 public:
  explicit Shower(Evaluator& ev) : ev_(ev) {}
  std::string out;

  void value(Value v, int depth) {
    if (out.size() > kMaxShown) return;
    if (v.isThunk()) {
      if (v.thunk->value.tag == Tag::Pending || v.thunk->value.tag == Tag::Running) {
        out += "«thunk»";
        return;
      }
      v = v.thunk->value;
    }
    switch (v.tag) {
      case Tag::Null: out += "null"; break;
      case Tag::Bool: out += v.boolean() ? "true" : "false"; break;
      case Tag::Int: out += std::to_string(v.integer); break;
      case Tag::Float: out += fmt::format("{:.6g}", v.real); break;
      case Tag::String: out += printString(v.string()); break;
      case Tag::Path: out += v.string(); break;
      case Tag::List: list(v, depth); break;
      case Tag::Attrs: attrs(v, depth); break;
      case Tag::Lambda: lambda(v); break;
      case Tag::Prim: out += fmt::format("«primop {}»", v.prim->name); break;
      case Tag::PrimApp: out += fmt::format("«partially applied primop {}»", v.app->prim->name); break;
      case Tag::Native: out += "«native»"; break;
      case Tag::Unknown: out += printUnknown(ev_, v, std::min(depth, 6)); break;
      case Tag::Error: out += "«error»"; break;
      case Tag::Thunk:
      case Tag::Stuck:
      case Tag::Pending:
      case Tag::Running: out += "«thunk»"; break;
    }
  }

 private:
  void list(Value v, int depth) {
    out += "[ ";
    for (Value element : v.list()) {
      if (depth <= 0) {
        out += "... ";
        break;
      }
      value(element, depth - 1);
      out += ' ';
    }
    out += ']';
  }

  void attrs(Value v, int depth) {
    if (const Attr* type = v.attrs->find(ev_.names().drvType);
        type && type->value.is(Tag::String) && type->value.string() == "derivation") {
      out += "«derivation»";
      return;
    }
    out += "{ ";
    for (const Attr* attr : ev_.sortedByName(v.attrs)) {
      if (depth <= 0) {
        out += "... ";
        break;
      }
      const std::string_view name = ev_.text(attr->name);
      out += plainName(name) ? std::string(name) : printString(name);
      out += " = ";
      value(attr->value, depth - 1);
      out += "; ";
    }
    out += '}';
  }

  void lambda(Value v) {
    const ExprLambda* lambda = v.closure->lambda;
    out += "«lambda ";
    if (lambda->name) out += fmt::format("{} ", ev_.text(lambda->name));
    out += fmt::format("@ {}»", ev_.sources().describe(lambda->pos));
  }

  Evaluator& ev_;
};

}  // namespace

std::string Evaluator::show(Value v, int depth) { return showWithin(*this, v, depth + 8); }

std::string showWithin(Evaluator& ev, Value v, int depth) {
  Shower shower(ev);
  shower.value(v, depth);
  if (shower.out.size() > kMaxShown) {
    shower.out.resize(kMaxShown);
    while (!shower.out.empty() && (static_cast<unsigned char>(shower.out.back()) & 0xc0) == 0x80) shower.out.pop_back();
    shower.out += "…";
  }
  return shower.out;
}

std::string showExpr(const Expr& expr, const base::SymbolTable& symbols) {
  auto two = [&](const char* fn, const Expr* a, const Expr* b) {
    return fmt::format("({} {} {})", fn, showExpr(*a, symbols), showExpr(*b, symbols));
  };
  if (expr.kind == ExprKind::Not)
    return fmt::format("(! {})", showExpr(*static_cast<const ExprUnary&>(expr).operand, symbols));
  if (expr.kind == ExprKind::Negate)
    return fmt::format("(__sub 0 {})", showExpr(*static_cast<const ExprUnary&>(expr).operand, symbols));
  if (expr.kind == ExprKind::Call) {
    const auto& call = static_cast<const ExprCall&>(expr);
    std::string out = "(" + showExpr(*call.function, symbols);
    for (const Expr* arg : call.args) out += " " + showExpr(*arg, symbols);
    return out + ")";
  }
  if (expr.kind != ExprKind::Binary) return print(expr, symbols);
  const auto& binary = static_cast<const ExprBinary&>(expr);
  const char* sign = "";
  switch (binary.op) {
    case BinaryOp::Lt: return two("__lessThan", binary.left, binary.right);
    case BinaryOp::Gt: return two("__lessThan", binary.right, binary.left);
    case BinaryOp::Leq: return "(! " + two("__lessThan", binary.right, binary.left) + ")";
    case BinaryOp::Geq: return "(! " + two("__lessThan", binary.left, binary.right) + ")";
    case BinaryOp::Sub: return two("__sub", binary.left, binary.right);
    case BinaryOp::Mul: return two("__mul", binary.left, binary.right);
    case BinaryOp::Div: return two("__div", binary.left, binary.right);
    case BinaryOp::Or: sign = "||"; break;
    case BinaryOp::And: sign = "&&"; break;
    case BinaryOp::Implies: sign = "->"; break;
    case BinaryOp::Eq: sign = "=="; break;
    case BinaryOp::Neq: sign = "!="; break;
    case BinaryOp::Add: sign = "+"; break;
    case BinaryOp::Concat: sign = "++"; break;
    case BinaryOp::Update: sign = "//"; break;
  }
  return fmt::format("({} {} {})", showExpr(*binary.left, symbols), sign, showExpr(*binary.right, symbols));
}

std::string describeDifference(Evaluator& ev, Value a, Value b) {
  auto described = [&](Value v) { return fmt::format("{} with value '{}'", ev.typeName(v), ev.show(v)); };
  if (a.isError() || b.isError() || a.isUnknown() || b.isUnknown()) return {};
  if (a.tag != b.tag || (!a.is(Tag::List) && !a.is(Tag::Attrs)))
    return fmt::format("{} is not equal to {}", described(a), described(b));
  if (a.is(Tag::List)) {
    if (a.aux != b.aux)
      return fmt::format(
          "list of size '{}' is not equal to list of size '{}', left hand side is '{}', right hand side is '{}'", a.aux,
          b.aux, ev.show(a), ev.show(b));
    for (std::uint32_t i = 0; i < a.aux; ++i)
      if (!ev.equal(a.list()[i], b.list()[i], 0).isTrue())
        return describeDifference(ev, ev.force(a.list()[i]), ev.force(b.list()[i]));
    return {};
  }
  for (const Attr* attr : ev.sortedByName(a.attrs))
    if (!b.attrs->find(attr->name))
      return fmt::format("attribute name '{}' is contained in '{}', but not in '{}'", ev.text(attr->name), ev.show(a),
                         ev.show(b));
  for (const Attr* attr : ev.sortedByName(b.attrs))
    if (!a.attrs->find(attr->name))
      return fmt::format("attribute name '{}' is missing in '{}', but is contained in '{}'", ev.text(attr->name),
                         ev.show(a), ev.show(b));
  for (const Attr* attr : ev.sortedByName(a.attrs)) {
    const Value other = b.attrs->find(attr->name)->value;
    if (!ev.equal(attr->value, other, 0).isTrue())
      return describeDifference(ev, ev.force(attr->value), ev.force(other));
  }
  return {};
}

}  // namespace fleetd::lang
