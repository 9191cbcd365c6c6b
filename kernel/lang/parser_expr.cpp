// Expressions: the keyword forms, selection, and what stands alone.
#include "kernel/lang/parser_state.hpp"

namespace fleetd::lang {

Expr* Parser::parseExpr() {
  if (at(Tok::Id)) return parseName();
  if (at(Tok::LeftBrace)) return parseBrace();
  if (at(Tok::If)) return parseIf();
  if (at(Tok::Let)) return parseLet();
  if (at(Tok::With)) return parseWith();
  if (at(Tok::Assert)) return parseAssert();
  return parsePipes(nullptr, token_.begin);
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

// `let { …; body = e; }` is an old form of `rec { … }.body`; at its brace.
Expr* Parser::parseLetBody(std::uint32_t begin) {
  Expr* attrs = parseAttrs(true, begin);
  if (panic_) return broken_;
  auto* made = node<ExprSelect>(ExprKind::Select, place(begin));
  made->subject = attrs;
  made->path = {arena_.make<AttrName>(body_, nullptr, place(begin)), 1};
  made->height = above(attrs);
  return checked(made);
}

Expr* Parser::parseLet() {
  const Level level(*this);
  if (!level.ok) return broken_;
  const std::uint32_t begin = token_.begin;
  advance();
  if (at(Tok::LeftBrace)) {
    Expr* primary = parseLetBody(begin);
    return panic_ ? broken_ : parsePipes(primary, begin);
  }
  ExprAttrs* attrs = parseBindings(Tok::In, begin);
  if (panic_) return broken_;
  attrs->recursive = true;
  if (!attrs->dynamics.empty()) {
    base::Diagnostic* problem =
        add(base::Code::FL0106, "dynamic attributes not allowed in let", {place(begin), place(begin + 3)});
    if (problem)
      problem->labels.push_back({nameSpan(attrs->dynamics[0].pos), "this name is not known before evaluation"});
  }
  Expr* body = parseExpr();
  if (panic_) return broken_;
  auto* made = node<ExprLet>(ExprKind::Let, place(begin));
  made->attrs = attrs;
  made->body = body;
  made->height = above(above(attrs), body);
  return checked(made);
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
    // `or` is a keyword only after a selection: elsewhere it is a name, the argument of what stands before
    // it.
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
  if (at(Tok::Id)) {
    const Token name = token_;
    advance();
    return variable(name);
  }
  if (at(Tok::Quote)) return parseString();
  if (at(Tok::LeftParen)) return parseParens();
  if (at(Tok::LeftBracket)) return parseList();
  if (at(Tok::LeftBrace)) return parseAttrs(false, begin);
  if (at(Tok::Int)) return parseInt();
  if (at(Tok::IndentedQuote)) return parseIndented();
  if (at(Tok::Path) || at(Tok::HomePath)) return parsePath();
  if (at(Tok::Rec)) {
    advance();
    return at(Tok::LeftBrace) ? parseAttrs(true, begin) : unexpected("'{'");
  }
  if (at(Tok::Float)) return parseFloat();
  if (at(Tok::SearchPath)) {
    advance();
    auto* made = node<ExprSearchPath>(ExprKind::SearchPath, place(begin));
    made->name = source_.text.substr(begin + 1, previousEnd_ - begin - 2);
    return made;
  }
  if (at(Tok::Uri)) {
    advance();
    return stringNode(source_.text.substr(begin, previousEnd_ - begin), place(begin), place(previousEnd_));
  }
  if (at(Tok::Let)) {
    advance();
    return at(Tok::LeftBrace) ? parseLetBody(begin) : unexpected("'{'");
  }
  return unexpected();
}

// An identifier that was consumed already.
Expr* Parser::variable(const Token& token) {
  if (lexer_.text(token) == "__curPos") return node<Expr>(ExprKind::CurPos, place(token.begin));
  auto* made = node<ExprVar>(ExprKind::Var, place(token.begin));
  made->name = symbolOf(token);
  made->end = place(token.end);
  return made;
}

Expr* Parser::parseParens() {
  const Level level(*this);
  if (!level.ok) return broken_;
  const Inside inside(*this, Tok::RightParen);
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
  const Inside inside(*this, Tok::RightBracket);
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
