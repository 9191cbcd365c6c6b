// Attribute sets, let bindings and attribute paths as they are written; parser_merge.cpp makes sets of them.
#include "kernel/lang/parser_state.hpp"

namespace fleetd::lang {

namespace {

constexpr TokSet kEnds = {Tok::End, Tok::In, Tok::RightParen, Tok::RightBracket, Tok::RightBrace};

}  // namespace

// At `{`.
Expr* Parser::parseAttrs(bool recursive, std::uint32_t begin) {
  const Level level(*this);
  if (!level.ok) return broken_;
  advance();
  ExprAttrs* attrs = parseBindings(Tok::RightBrace, begin);
  if (panic_) return broken_;
  attrs->recursive = recursive;
  return checked(attrs);
}

ExprAttrs* Parser::parseBindings(Tok close, std::uint32_t begin, const Token* first) {
  const std::size_t firstBinding = bindings_.size();
  const std::size_t firstFrom = from_.size();
  const std::size_t firstName = names_.size();
  const Inside inside(*this, close);
  bool damaged = false;
  while (first || !at(close)) {
    // After an error in these bindings, their missing end is no news.
    if (damaged && kEnds.has(token_.kind)) {
      panic_ = true;
      break;
    }
    const bool ok = at(Tok::Inherit) && !first ? parseInherit(firstFrom) : parseBinding(first);
    first = nullptr;
    damaged = damaged || !ok;
    if (!ok && !recoverBinding(close)) break;
    if (at(Tok::Semicolon)) advance();
  }
  auto* attrs = node<ExprAttrs>(ExprKind::Attrs, place(begin));
  if (!panic_) {
    advance();
    attrs->end = place(previousEnd_);
    buildSet(attrs, firstBinding, firstFrom);
  }
  bindings_.resize(firstBinding);
  from_.resize(firstFrom);
  names_.resize(firstName);
  return attrs;
}

// One component of a path. False: panic.
bool Parser::parseAttrName(AttrName& out) {
  out = {{}, nullptr, here()};
  if (at(Tok::Id) || at(Tok::Or)) {
    out.symbol = at(Tok::Or) ? or_ : symbolOf(token_);
    advance();
    return true;
  }
  if (at(Tok::Quote)) {
    out.expr = parseString();
  } else if (at(Tok::DollarBrace)) {
    out.expr = parseInterpolation();
    if (!panic_) advance();
  } else {
    unexpected("identifier or 'or' or '${' or '\"'");
  }
  if (panic_) return false;
  if (out.expr->kind == ExprKind::String && out.expr != broken_) {
    out.symbol = cache_.intern(static_cast<ExprString*>(out.expr)->text);
    out.expr = nullptr;
  }
  return true;
}

// Pushes all components of a path onto names_; `first` is one that was consumed already.
bool Parser::parsePathTail(Pos pos, const Token* first) {
  AttrName name{{}, nullptr, pos};
  if (first)
    name.symbol = symbolOf(*first);
  else if (!parseAttrName(name))
    return false;
  names_.push_back(name);
  while (at(Tok::Dot)) {
    advance();
    if (!parseAttrName(name)) return false;
    names_.push_back(name);
  }
  return true;
}

std::span<AttrName> Parser::parseAttrPath() {
  const std::size_t base = names_.size();
  parsePathTail(here(), nullptr);
  return take(names_, base);
}

// A function knows the name it was bound to; so do the functions it returns directly.
void Parser::nameLambdas(Expr* value, Symbol name) {
  while (value->kind == ExprKind::Lambda) {
    auto* lambda = static_cast<ExprLambda*>(value);
    lambda->name = name;
    value = lambda->body;
  }
}

// `path = value` up to, not including, the semicolon.
bool Parser::parseBinding(const Token* first) {
  Binding binding;
  binding.pos = first ? place(first->begin) : here();
  const std::size_t base = names_.size();
  if (!first && !startsAttrName()) {
    unexpected("identifier or 'inherit'");
    return false;
  }
  if (!parsePathTail(binding.pos, first)) return false;
  if (!expect(Tok::Assign, "'.' or '='")) return false;
  binding.name = names_[base].symbol;
  binding.dynamicName = names_[base].expr;
  binding.rest = static_cast<std::uint32_t>(base) + 1;
  binding.restCount = static_cast<std::uint32_t>(names_.size() - base) - 1;
  const Symbol last = names_.back().symbol;

  binding.value = parseExpr();
  if (panic_) binding.value = broken_;
  const bool whole = !panic_ && (at(Tok::Semicolon) || (unexpected("';'"), false));
  // A name whose value is broken is still a name: otherwise its uses would be reported as well.
  if (last) nameLambdas(binding.value, last);
  if (binding.value->height + binding.restCount + 1 > kMaxNesting) {
    tooDeep();
    return false;
  }
  if (binding.restCount == 0) names_.resize(base);
  bindings_.push_back(binding);
  return whole;
}

// `inherit a b` or `inherit (e) a b`, up to the semicolon. `firstFrom`: where the set's own sources start in
// from_.
bool Parser::parseInherit(std::size_t firstFrom) {
  advance();
  const bool from = at(Tok::LeftParen);
  if (from) {
    Expr* source = parseParens();
    if (panic_) return false;
    from_.push_back(source);
  }
  const auto index = static_cast<std::uint32_t>(from_.size() - firstFrom) - 1;
  while (!at(Tok::Semicolon)) {
    AttrName name;
    if (!startsAttrName()) {
      unexpected("identifier or ';'");
      return false;
    }
    if (!parseAttrName(name)) return false;
    if (name.expr) {
      report(base::Code::FL0106, "dynamic attributes not allowed in inherit", {name.pos, place(previousEnd_)});
      return false;
    }
    auto* var = node<ExprVar>(ExprKind::Var, name.pos);
    var->name = name.symbol;
    Binding binding;
    binding.kind = from ? AttrKind::InheritFrom : AttrKind::Inherit;
    binding.name = name.symbol;
    binding.pos = name.pos;
    binding.value = var;
    if (from) {
      var->kind = ExprKind::InheritFrom;
      var->name = {};
      var->index = index;
      auto* select = node<ExprSelect>(ExprKind::Select, name.pos);
      select->subject = var;
      select->path = {arena_.make<AttrName>(name.symbol, nullptr, name.pos), 1};
      select->height = 1;
      binding.value = select;
    }
    bindings_.push_back(binding);
  }
  return true;
}

bool Parser::startsAttrName() const { return at(Tok::Id) || at(Tok::Or) || at(Tok::Quote) || at(Tok::DollarBrace); }

}  // namespace fleetd::lang
