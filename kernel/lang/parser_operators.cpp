// Operators by precedence climbing, pipes and application.
#include <algorithm>
#include <array>
#include <utility>

#include "kernel/lang/parser_state.hpp"

namespace fleetd::lang {

namespace {

// Binding strength, weakest first; selection and application bind tighter than all.
// clang-format off
enum Strength : int {
  kImplies = 1, kOr, kAnd, kEquality, kComparison, kUpdate, kNot, kSum, kProduct, kConcat, kQuestion, kNegate, kTightest,
};
// clang-format on
enum class Side : std::uint8_t { Left, Right, None };

struct Operator {
  int strength = 0;  // 0: no operator
  Side side = Side::None;
  BinaryOp op = BinaryOp::Or;
};

constexpr std::array<Operator, kTokKinds> kOperators = [] {
  using enum BinaryOp;
  std::array<Operator, kTokKinds> table{};
  const auto set = [&table](Tok token, int strength, Side side, BinaryOp op) {
    table[static_cast<std::size_t>(token)] = {strength, side, op};
  };
  set(Tok::Implies, kImplies, Side::Right, Implies);
  set(Tok::OrOr, kOr, Side::Left, Or);
  set(Tok::AndAnd, kAnd, Side::Left, And);
  set(Tok::Eq, kEquality, Side::None, Eq);
  set(Tok::Neq, kEquality, Side::None, Neq);
  set(Tok::Less, kComparison, Side::None, Lt);
  set(Tok::Leq, kComparison, Side::None, Leq);
  set(Tok::Greater, kComparison, Side::None, Gt);
  set(Tok::Geq, kComparison, Side::None, Geq);
  set(Tok::Update, kUpdate, Side::Right, Update);
  set(Tok::Plus, kSum, Side::Left, Add);
  set(Tok::Minus, kSum, Side::Left, Sub);
  set(Tok::Star, kProduct, Side::Left, Mul);
  set(Tok::Slash, kProduct, Side::Left, Div);
  set(Tok::Concat, kConcat, Side::Right, Concat);
  set(Tok::Question, kQuestion, Side::Left, Or);  // its right side is a path, not an operand
  return table;
}();

const Operator& operatorOf(Tok token) { return kOperators[static_cast<std::size_t>(token)]; }

constexpr TokSet kOperandStarts = {Tok::Id,         Tok::Int,       Tok::Float,       Tok::Path,          Tok::HomePath,
                                   Tok::SearchPath, Tok::Uri,       Tok::Quote,       Tok::IndentedQuote, Tok::Let,
                                   Tok::Rec,        Tok::LeftParen, Tok::LeftBracket, Tok::LeftBrace};

}  // namespace

Expr* Parser::call(Expr* function, std::span<Expr* const> args, Pos pos) {
  auto* made = node<ExprCall>(ExprKind::Call, pos);
  made->function = function;
  auto* copy = arena_.array<Expr*>(args.size());
  std::copy(args.begin(), args.end(), copy);
  made->args = {copy, args.size()};
  made->height = above(above(args), function);
  return checked(made);
}

// `x |> f` chains to the left, `f <| x` to the right; the two do not mix.
Expr* Parser::parsePipes(Expr* primary, std::uint32_t begin) {
  Expr* left = parseOperators(kImplies, primary, begin);
  if (at(Tok::PipeInto)) {
    while (at(Tok::PipeInto) && !panic_) {
      const Pos pos = here();
      advance();
      Expr* function = parseOperators(kImplies);
      if (panic_) return broken_;
      left = call(function, {&left, 1}, pos);
    }
    return at(Tok::PipeFrom) && !panic_ ? unexpected("'|>'") : left;
  }
  if (!at(Tok::PipeFrom) || panic_) return left;
  const Pos pos = here();
  const Level level(*this);
  if (!level.ok) return broken_;
  advance();
  Expr* right = parseOperators(kImplies);
  if (panic_) return broken_;
  if (at(Tok::PipeFrom)) {
    // The rest of the chain is the argument.
    std::vector<std::pair<Expr*, Pos>> chain{{left, pos}};
    while (at(Tok::PipeFrom)) {
      chain.emplace_back(right, here());
      advance();
      right = parseOperators(kImplies);
      if (panic_) return broken_;
    }
    for (; chain.size() > 1 && !panic_; chain.pop_back())
      right = call(chain.back().first, {&right, 1}, chain.back().second);
  }
  if (panic_) return broken_;
  if (at(Tok::PipeInto)) return unexpected("'<|'");
  return call(left, {&right, 1}, pos);
}

Expr* Parser::parseUnary(ExprKind kind, int minimum) {
  const Level level(*this);
  if (!level.ok) return broken_;
  const Pos pos = here();
  advance();
  Expr* operand = parseOperators(minimum);
  if (panic_) return broken_;
  auto* made = node<ExprUnary>(kind, pos);
  made->operand = operand;
  made->height = above(operand);
  return checked(made);
}

// `primary` is an operand that was read already, starting at `begin`; null: read one.
Expr* Parser::parseOperators(int minimum, Expr* primary, std::uint32_t begin) {
  Expr* left = nullptr;
  if (primary || (!at(Tok::Not) && !at(Tok::Minus)))
    left = parseApplication(primary, begin);
  else
    left = at(Tok::Not) ? parseUnary(ExprKind::Not, kNot) : parseUnary(ExprKind::Negate, kTightest);

  while (!panic_) {
    const Operator& found = operatorOf(token_.kind);
    if (found.strength < minimum || found.strength == 0) return left;
    const Pos opPos = here();
    advance();
    if (found.strength == kQuestion) {
      left = parseHasAttr(left, begin);
    } else {
      const Pos rightPos = here();
      Expr* right = nullptr;
      if (found.side == Side::Right) {
        const Level level(*this);
        right = level.ok ? parseOperators(found.strength) : broken_;
      } else {
        right = parseOperators(found.strength + 1);
      }
      if (panic_) return broken_;
      auto* made = node<ExprBinary>(ExprKind::Binary, place(begin));
      made->op = found.op;
      made->opPos = opPos;
      made->rightPos = rightPos;
      made->left = left;
      made->right = right;
      made->height = above(above(left), right);
      left = checked(made);
    }
    if (found.side == Side::None && operatorOf(token_.kind).strength == found.strength && !panic_) return unexpected();
  }
  return broken_;
}

Expr* Parser::parseHasAttr(Expr* subject, std::uint32_t begin) {
  const std::span<AttrName> path = parseAttrPath();
  if (panic_) return broken_;
  auto* made = node<ExprHasAttr>(ExprKind::HasAttr, place(begin));
  made->subject = subject;
  made->path = path;
  made->height = above(above(path), subject);
  return checked(made);
}

bool Parser::startsOperand() const { return kOperandStarts.has(token_.kind); }

Expr* Parser::parseApplication(Expr* primary, std::uint32_t begin) {
  Expr* function = parseSelect(primary, begin);
  if (panic_ || !startsOperand()) return function;
  const std::size_t base = exprs_.size();
  while (startsOperand()) {
    Expr* arg = parseSelect();
    if (panic_) break;
    exprs_.push_back(arg);
  }
  Expr* made = panic_ ? broken_ : call(function, std::span(exprs_).subspan(base), place(begin));
  exprs_.resize(base);
  return made;
}

}  // namespace fleetd::lang
