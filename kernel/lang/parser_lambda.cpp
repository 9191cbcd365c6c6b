// Functions, and the two places where a function and an ordinary expression start alike: at a name and at a
// brace.
#include <algorithm>

#include <fmt/format.h>

#include "kernel/lang/parser_state.hpp"

namespace fleetd::lang {

// `x: …`, `x@{ … }: …`, or an expression that starts with a variable.
Expr* Parser::parseName() {
  const Token name = token_;
  advance();
  if (at(Tok::Colon)) {
    auto* lambda = node<ExprLambda>(ExprKind::Lambda, place(name.begin));
    lambda->arg = symbolOf(name);
    return parseLambdaBody(lambda);
  }
  if (at(Tok::At)) {
    advance();
    if (!at(Tok::LeftBrace)) return unexpected("'{'");
    advance();
    return parsePattern(name.begin, nullptr, symbolOf(name));
  }
  return parsePipes(variable(name), name.begin);
}

// `{ a, b }: …`, or an expression that starts with an attribute set.
Expr* Parser::parseBrace() {
  const Level level(*this);
  if (!level.ok) return broken_;
  const std::uint32_t begin = token_.begin;
  advance();
  if (at(Tok::Ellipsis)) return parsePattern(begin, nullptr, {});
  if (at(Tok::RightBrace)) {
    advance();
    if (!at(Tok::Colon) && !at(Tok::At)) return parsePipes(node<ExprAttrs>(ExprKind::Attrs, place(begin)), begin);
    auto* lambda = node<ExprLambda>(ExprKind::Lambda, place(begin));
    lambda->hasFormals = true;
    if (at(Tok::At)) {
      advance();
      if (!at(Tok::Id)) return unexpected("identifier");
      lambda->arg = symbolOf(token_);
      advance();
    }
    return at(Tok::Colon) ? parseLambdaBody(lambda) : unexpected("':'");
  }
  if (!at(Tok::Id)) {
    ExprAttrs* attrs = parseBindings(Tok::RightBrace, begin);
    return panic_ ? broken_ : parsePipes(checked(attrs), begin);
  }
  const Token first = token_;
  advance();
  if (at(Tok::Comma) || at(Tok::Question) || at(Tok::RightBrace)) return parsePattern(begin, &first, {});
  ExprAttrs* attrs = parseBindings(Tok::RightBrace, begin, &first);
  return panic_ ? broken_ : parsePipes(checked(attrs), begin);
}

// At the colon.
Expr* Parser::parseLambdaBody(ExprLambda* lambda) {
  const Level level(*this);
  if (!level.ok) return broken_;
  advance();
  Expr* body = parseExpr();
  if (panic_) return broken_;
  lambda->body = body;
  lambda->end = place(previousEnd_);
  lambda->height = above(body);
  for (const Formal& formal : lambda->formals) lambda->height = above(lambda->height, formal.fallback);
  return checked(lambda);
}

// After `{`, or after `{ first`. `arg` is the name of `arg@{ … }`.
Expr* Parser::parsePattern(std::uint32_t begin, const Token* first, Symbol arg) {
  auto* lambda = node<ExprLambda>(ExprKind::Lambda, place(begin));
  lambda->hasFormals = true;
  const std::size_t base = formals_.size();
  if (!parseFormals(first, lambda) && !recover(Tok::RightBrace)) {
    formals_.resize(base);
    return broken_;
  }
  advance();
  if (at(Tok::At) && !arg) {
    advance();
    if (!at(Tok::Id)) {
      formals_.resize(base);
      return unexpected("identifier");
    }
    arg = symbolOf(token_);
    advance();
  }
  lambda->arg = arg;
  checkFormals(base, arg, place(begin));
  lambda->formals = take(formals_, base);
  if (!at(Tok::Colon)) return unexpected(arg ? "':'" : "':' or '@'");
  return parseLambdaBody(lambda);
}

// Pushes the formals; ends at `}`. False: panic.
bool Parser::parseFormals(const Token* first, ExprLambda* lambda) {
  const Inside inside(*this, Tok::RightBrace);
  for (bool more = true; more;) {
    Token name = first ? *first : token_;
    if (!first) {
      if (at(Tok::RightBrace)) return true;
      if (at(Tok::Ellipsis)) {
        lambda->ellipsis = true;
        advance();
        return at(Tok::RightBrace) || (unexpected("'}'"), false);
      }
      if (!at(Tok::Id)) {
        unexpected("identifier or '...' or '}'");
        return false;
      }
      advance();
    }
    first = nullptr;
    Formal formal{symbolOf(name), place(name.begin), nullptr};
    if (at(Tok::Question)) {
      advance();
      formal.fallback = parseExpr();
      if (panic_) return false;
    }
    formals_.push_back(formal);
    more = at(Tok::Comma);
    if (more) advance();
  }
  if (at(Tok::RightBrace)) return true;
  unexpected(formals_.back().fallback ? "',' or '}'" : "',' or '?' or '}'");
  return false;
}

// Sorts the formals from `base` on and drops duplicates, reporting them.
void Parser::checkFormals(std::size_t base, Symbol arg, Pos pos) {
  const auto begin = formals_.begin() + static_cast<std::ptrdiff_t>(base);
  std::sort(begin, formals_.end(),
            [](const Formal& a, const Formal& b) { return a.name == b.name ? a.pos < b.pos : a.name < b.name; });
  const auto complain = [&](Symbol name, Pos where, Pos first) {
    base::Diagnostic* problem =
        add(base::Code::FL0105, fmt::format("duplicate formal function argument '{}'", symbols_.text(name)),
            nameSpan(where));
    if (problem && first) problem->labels.push_back({nameSpan(first), "first given here"});
  };
  const auto last = std::unique(begin, formals_.end(), [&](const Formal& a, const Formal& b) {
    if (a.name != b.name) return false;
    complain(b.name, b.pos, a.pos);
    return true;
  });
  formals_.erase(last, formals_.end());
  if (!arg) return;
  const auto same = std::find_if(begin, formals_.end(), [arg](const Formal& f) { return f.name == arg; });
  if (same == formals_.end()) return;
  complain(arg, pos, same->pos);
  formals_.erase(same);
}

}  // namespace fleetd::lang
