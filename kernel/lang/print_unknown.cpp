// Unknown values as Nix text for people: what would have to be computed where the rest is known.
#include "kernel/lang/print.hpp"
#include "kernel/lang/unknown.hpp"

namespace fleetd::lang {

namespace {

class UnknownPrinter {
 public:
  UnknownPrinter(Evaluator& ev, int depth) : ev_(ev), depth_(depth) {}

  std::string operand(Value v) {
    if (depth_ <= 0 || left_ <= 0) return "…";
    if (v.isThunk()) {
      const Thunk& cell = *v.thunk;
      if (cell.value.tag == Tag::Pending || cell.value.tag == Tag::Running)
        return cell.expr ? spend("(" + print(*cell.expr, ev_.symbols()) + ")") : "…";
      v = cell.value;
    }
    --depth_;
    std::string text = v.isUnknown() ? unknown(*v.unknown) : spend(showWithin(ev_, v, depth_));
    ++depth_;
    return text;
  }

  std::string unknown(const Unknown& u) {
    const auto a = [&](std::size_t i) { return operand(u.args[i]); };
    const std::string name(ev_.text(u.name));
    switch (u.op) {
      case UnknownOp::Root: return name;
      case UnknownOp::Select: return a(0) + "." + name;
      case UnknownOp::SelectOr: return "(" + a(0) + "." + name + " or " + a(1) + ")";
      case UnknownOp::HasAttr: return "(" + a(0) + " ? " + name + ")";
      case UnknownOp::DynSelect: return a(0) + ".${" + a(1) + "}";
      case UnknownOp::DynHasAttr: return "(" + a(0) + " ? ${" + a(1) + "})";
      case UnknownOp::Call: return "(" + a(0) + " " + a(1) + ")";
      case UnknownOp::If: return "(if " + a(0) + " then " + a(1) + " else " + a(2) + ")";
      case UnknownOp::Assert: return "(assert " + a(0) + "; " + a(1) + ")";
      case UnknownOp::Not: return "(!" + a(0) + ")";
      case UnknownOp::Negate: return "(-" + a(0) + ")";
      case UnknownOp::Binary:
        if (u.binary == BinaryOp::Update && isSource(u)) return a(0);
        if (const Value* flake = u.binary == BinaryOp::Update ? flakeOf(u) : nullptr) return operand(*flake);
        return "(" + a(0) + " " + sign(u.binary) + " " + a(1) + ")";
      case UnknownOp::Interp: {
        std::string out = "\"";
        for (std::size_t i = 0; i < u.count; ++i) {
          if (u.args[i].is(Tag::String)) {
            const std::string quoted = printString(u.args[i].string());
            out += quoted.substr(1, quoted.size() - 2);
          } else {
            out += "${" + a(i) + "}";
          }
        }
        return out + "\"";
      }
      case UnknownOp::StorePath: return "\"${" + a(0) + "}\"";
      case UnknownOp::Prim: {
        std::string out = "(" + std::string(u.prim->name);
        for (std::size_t i = 0; i < u.count; ++i) out += " " + a(i);
        return out + ")";
      }
      case UnknownOp::With: return "(with " + a(0) + "; " + name + ")";
      case UnknownOp::Attrs: {
        std::string out = "(" + a(0) + " // {";
        for (std::size_t i = 1; i + 1 < u.count; i += 2) out += " ${" + a(i) + "} = " + a(i + 1) + ";";
        return out + " })";
      }
      case UnknownOp::Present: return a(1);
      case UnknownOp::SearchPath: return "<" + name + ">";
    }
    return "…";
  }

 private:
  // Values may be wide and refer to each other: the text as a whole is bounded, too.
  std::string spend(std::string text) {
    left_ -= static_cast<std::ptrdiff_t>(text.size());
    return text;
  }

  // A reference with facts about it, such as a flake's input: what it is called says more than what is known of it.
  static bool references(Value v) {
    return v.isUnknown() &&
           (v.unknown->op == UnknownOp::Root || (v.unknown->op == UnknownOp::Select && references(v.unknown->args[0])));
  }
  bool isSource(const Unknown& u) const {
    return references(u.args[0]) && u.args[1].is(Tag::Attrs) && u.args[1].attrs->find(ev_.names().outPath);
  }

  // What a flake is called whose outputs are known, perhaps in part, but not whether its tree is clean
  // (fleet/inputs.cpp); else null.
  const Value* flakeOf(const Unknown& u) const {
    Value facts = u.args[0];
    if (facts.isUnknown() && facts.unknown->binary == BinaryOp::Update && facts.unknown->op == UnknownOp::Binary)
      facts = facts.unknown->args[1];
    const Attr* type = facts.is(Tag::Attrs) ? facts.attrs->find(ev_.names().type) : nullptr;
    const Value clean = u.args[1];
    if (!type || !type->value.is(Tag::String) || type->value.string() != "flake" || !clean.isUnknown() ||
        clean.unknown->op != UnknownOp::If)
      return nullptr;
    const Value test = clean.unknown->args[0];
    return test.isUnknown() && test.unknown->op == UnknownOp::HasAttr && references(test.unknown->args[0])
               ? test.unknown->args
               : nullptr;
  }

  static const char* sign(BinaryOp op) {
    switch (op) {
      case BinaryOp::Or: return "||";
      case BinaryOp::And: return "&&";
      case BinaryOp::Implies: return "->";
      case BinaryOp::Eq: return "==";
      case BinaryOp::Neq: return "!=";
      case BinaryOp::Lt: return "<";
      case BinaryOp::Leq: return "<=";
      case BinaryOp::Gt: return ">";
      case BinaryOp::Geq: return ">=";
      case BinaryOp::Add: return "+";
      case BinaryOp::Sub: return "-";
      case BinaryOp::Mul: return "*";
      case BinaryOp::Div: return "/";
      case BinaryOp::Concat: return "++";
      case BinaryOp::Update: return "//";
    }
    return "?";
  }

  Evaluator& ev_;
  int depth_;
  std::ptrdiff_t left_ = 4096;  // bytes
};

}  // namespace

std::string printUnknown(Evaluator& ev, Value v, int depth) { return UnknownPrinter(ev, depth).operand(v); }

}  // namespace fleetd::lang
