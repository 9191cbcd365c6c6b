// Expressions: operators by precedence climbing, application, selection, and the keyword forms.
#include "kernel/lang/parser_state.hpp"

namespace fleetd::lang {

namespace {

// Binding strength, weakest first; selection and application bind tighter than all.
enum Strength : int {
  kImplies = 1, kOr, kAnd, kEquality, kComparison, kUpdate, kNot, kSum, kProduct, kConcat, kQuestion, kNegate, kTightest,
};
enum class Side : std::uint8_t { Left, Right, None };

struct Operator {
  int strength;  // 0: no operator
  Side side;
  BinaryOp op;
};

Operator operatorOf(Tok token) {
  using enum BinaryOp;
  switch (token) {
    case Tok::Implies: return {kImplies, Side::Right, Implies};
    case Tok::OrOr: return {kOr, Side::Left, Or};
    case Tok::AndAnd: return {kAnd, Side::Left, And};
    case Tok::Eq: return {kEquality, Side::None, Eq};
    case Tok::Neq: return {kEquality, Side::None, Neq};
    case Tok::Less: return {kComparison, Side::None, Lt};
    case Tok::Leq: return {kComparison, Side::None, Leq};
    case Tok::Greater: return {kComparison, Side::None, Gt};
    case Tok::Geq: return {kComparison, Side::None, Geq};
    case Tok::Update: return {kUpdate, Side::Right, Update};
    case Tok::Plus: return {kSum, Side::Left, Add};
    case Tok::Minus: return {kSum, Side::Left, Sub};
    case Tok::Star: return {kProduct, Side::Left, Mul};
    case Tok::Slash: return {kProduct, Side::Left, Div};
    case Tok::Concat: return {kConcat, Side::Right, Concat};
    case Tok::Question: return {kQuestion, Side::None, Or};  // its right side is a path, not an operand
    default: return {0, Side::None, Or};
  }
}

}  // namespace

Expr* Parser::parseExpr() {
  switch (token_.kind) {
    case Tok::Id: return parseName();
    case Tok::LeftBrace: return parseBrace();
    case Tok::If: return parseIf();
    case Tok::Assert: return parseAssert();
    case Tok::With: return parseWith();
    case Tok::Let: return parseLet();
    default: return parsePipes(nullptr, token_.begin);
  }
}

Expr* Parser::parseIf() {
  const Level level(*this);
  if (!level.ok) return broken_;
  const Pos pos = here();
  advance();
  Expr* condition = parseExpr();
  if (!expect(Tok::Then)) return broken_;
  Expr* then = parseExpr();
  if (!expect(Tok::Else)) return broken_;
  Expr* otherwise = parseExpr();
  if (panic_) return broken_;
  auto* made = node<ExprIf>(ExprKind::If, pos);
  made->condition = condition;
  made->then = then;
  made->otherwise = otherwise;
  made->height = above(above(above(condition), then), otherwise);
  return checked(made);
}

Expr* Parser::parseAssert() {
  const Level level(*this);
  if (!level.ok) return broken_;
  const Pos pos = here();
  advance();
  Expr* condition = parseExpr();
  if (panic_ && !recover(Tok::Semicolon)) return broken_;
  if (!expect(Tok::Semicolon)) return broken_;
  Expr* body = parseExpr();
  if (panic_) return broken_;
  auto* made = node<ExprAssert>(ExprKind::Assert, pos);
  made->condition = condition;
  made->body = body;
  made->height = above(above(condition), body);
  return checked(made);
}

Expr* Parser::parseWith() {
  const Level level(*this);
  if (!level.ok) return broken_;
  const Pos pos = here();
  advance();
  Expr* scope = parseExpr();
  if (panic_ && !recover(Tok::Semicolon)) return broken_;
  if (!expect(Tok::Semicolon)) return broken_;
  Expr* body = parseExpr();
  if (panic_) return broken_;
  auto* made = node<ExprWith>(ExprKind::With, pos);
  made->scope = scope;
  made->body = body;
  made->height = above(above(scope), body);
  return checked(made);
}

Expr* Parser::parseLet() {
  const Level level(*this);
  if (!level.ok) return broken_;
  const std::uint32_t begin = token_.begin;
  advance();
  if (at(Tok::LeftBrace)) {
    Expr* attrs = parseAttrs(true, begin);
    if (panic_) return broken_;
    auto* made = node<ExprSelect>(ExprKind::Select, place(begin));
    made->subject = attrs;
    made->path = {arena_.make<AttrName>(body_, nullptr, place(begin)), 1};
    made->height = above(attrs);
    return parsePipes(checked(made), begin);
  }
  ExprAttrs* attrs = parseBindings(Tok::In, begin);
  if (panic_) return broken_;
  attrs->recursive = true;
  if (!attrs->dynamics.empty()) {
    base::Diagnostic* problem = add(base::Code::FL0106, "dynamic attributes not allowed in let", {place(begin), place(begin + 3)});
    if (problem) problem->labels.push_back({nameSpan(attrs->dynamics[0].pos), "this name is not known before evaluation"});
  }
  Expr* body = parseExpr();
  if (panic_) return broken_;
  auto* made = node<ExprLet>(ExprKind::Let, place(begin));
  made->attrs = attrs;
  made->body = body;
  made->height = above(above(attrs), body);
  return checked(made);
}

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
    for (; chain.size() > 1; chain.pop_back()) right = call(chain.back().first, {&right, 1}, chain.back().second);
  }
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
    const Operator found = operatorOf(token_.kind);
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

bool Parser::startsOperand() const {
  switch (token_.kind) {
    case Tok::Id: case Tok::Int: case Tok::Float: case Tok::Path: case Tok::HomePath: case Tok::SearchPath: case Tok::Uri:
    case Tok::Quote: case Tok::IndentedQuote: case Tok::Let: case Tok::Rec:
    case Tok::LeftParen: case Tok::LeftBracket: case Tok::LeftBrace: return true;
    default: return false;
  }
}

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

Expr* Parser::parseSelect(Expr* primary, std::uint32_t begin) {
  Expr* subject = primary ? primary : parseSimple();
  if (panic_) return broken_;
  if (at(Tok::Dot)) {
    advance();
    const std::span<AttrName> path = parseAttrPath();
    Expr* fallback = nullptr;
    if (at(Tok::Or) && !panic_) {
      const Level level(*this);
      advance();
      fallback = level.ok ? parseSelect() : broken_;
    }
    if (panic_) return broken_;
    auto* made = node<ExprSelect>(ExprKind::Select, place(begin));
    made->subject = subject;
    made->path = path;
    made->fallback = fallback;
    made->height = above(above(above(path), subject), fallback);
    return checked(made);
  }
  if (at(Tok::Or)) {
    // `or` is a keyword only after a selection: elsewhere it is a name, the argument of what stands before it.
    auto* name = node<ExprVar>(ExprKind::Var, here());
    name->name = or_;
    advance();
    name->end = place(previousEnd_);
    Expr* arg = name;
    return call(subject, {&arg, 1}, place(begin));
  }
  return subject;
}

Expr* Parser::parseSimple() {
  const std::uint32_t begin = token_.begin;
  switch (token_.kind) {
    case Tok::Id: {
      const bool position = token_.end - token_.begin == 8 && lexer_.text(token_) == "__curPos";
      const Symbol name = symbolOf(token_);
      advance();
      if (position) return node<Expr>(ExprKind::CurPos, place(begin));
      auto* made = node<ExprVar>(ExprKind::Var, place(begin));
      made->name = name;
      return made;
    }
    case Tok::Int: return parseInt();
    case Tok::Float: return parseFloat();
    case Tok::Quote: return parseString();
    case Tok::IndentedQuote: return parseIndented();
    case Tok::Path:
    case Tok::HomePath: return parsePath();
    case Tok::Uri:
      advance();
      return stringNode(source_.text.substr(begin, previousEnd_ - begin), place(begin), place(previousEnd_));
    case Tok::SearchPath: {
      advance();
      auto* made = node<ExprSearchPath>(ExprKind::SearchPath, place(begin));
      made->name = source_.text.substr(begin + 1, previousEnd_ - begin - 2);
      return made;
    }
    case Tok::LeftParen: return parseParens();
    case Tok::LeftBracket: return parseList();
    case Tok::LeftBrace: return parseAttrs(false, begin);
    case Tok::Rec:
      advance();
      return at(Tok::LeftBrace) ? parseAttrs(true, begin) : unexpected("'{'");
    case Tok::Let: {
      advance();
      if (!at(Tok::LeftBrace)) return unexpected("'{'");
      Expr* attrs = parseAttrs(true, begin);
      if (panic_) return broken_;
      auto* made = node<ExprSelect>(ExprKind::Select, place(begin));
      made->subject = attrs;
      made->path = {arena_.make<AttrName>(body_, nullptr, place(begin)), 1};
      made->height = above(attrs);
      return checked(made);
    }
    default: return unexpected();
  }
}

Expr* Parser::parseParens() {
  const Level level(*this);
  if (!level.ok) return broken_;
  advance();
  Expr* inner = parseExpr();
  if (!panic_ && !at(Tok::RightParen)) unexpected("')'");
  if (panic_ && !recover(Tok::RightParen)) return broken_;
  advance();
  return inner;
}

Expr* Parser::parseList() {
  const Level level(*this);
  if (!level.ok) return broken_;
  const Pos pos = here();
  advance();
  const std::size_t base = exprs_.size();
  while (startsOperand()) {
    Expr* element = parseSelect();
    if (panic_) break;
    exprs_.push_back(element);
  }
  if (!panic_ && !at(Tok::RightBracket)) unexpected("']'");
  auto* made = node<ExprList>(ExprKind::List, pos);
  made->elements = take(exprs_, base);
  made->height = above(std::span<Expr* const>(made->elements));
  if (panic_ && !recover(Tok::RightBracket)) return broken_;
  advance();
  made->end = place(previousEnd_);
  return checked(made);
}

}  // namespace fleetd::lang
