// Literals: numbers, strings, indented strings, paths.
#include <algorithm>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

#include "kernel/lang/parser_state.hpp"

namespace fleetd::lang {

Expr* Parser::parseInt() {
  const Token token = token_;
  const std::string_view text = lexer_.text(token);
  auto* made = arena_.make<ExprInt>();
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), made->value);
  if (error != std::errc{} || stop != text.data() + text.size())
    add(base::Code::FL0102, fmt::format("invalid integer '{}'", text), {place(token.begin), place(token.end)});
  advance();
  made->kind = ExprKind::Int;
  made->pos = place(token.begin);
  made->end = place(token.end);
  return made;
}

// Like Nix, refuses what does not fit: infinity, and numbers so small that they lose digits.
Expr* Parser::parseFloat() {
  const Token token = token_;
  const std::string_view text = lexer_.text(token);
  auto* made = arena_.make<ExprFloat>();
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), made->value);
  const bool hasDigits = text.substr(0, text.find_first_of("eE")).find_first_of("123456789") != std::string_view::npos;
  const bool fits = error == std::errc{} && stop == text.data() + text.size() &&
                    (made->value == 0.0 ? !hasDigits : std::isnormal(made->value));
  if (!fits) add(base::Code::FL0102, fmt::format("invalid float '{}'", text), {place(token.begin), place(token.end)});
  advance();
  made->kind = ExprKind::Float;
  made->pos = place(token.begin);
  made->end = place(token.end);
  return made;
}

Expr* Parser::stringNode(std::string_view text, Pos pos, Pos end) {
  auto* made = arena_.make<ExprString>();
  made->kind = ExprKind::String;
  made->pos = pos;
  made->end = end;
  made->text = text;
  return made;
}

// A part of an interpolated literal: its own text.
void Parser::pushText(std::string_view text, Pos pos, Pos end) {
  Expr* part = stringNode(text, pos, end);
  part->flags = kLiteralText;
  exprs_.push_back(part);
}

// After `${` was consumed by the lexer.
Expr* Parser::parseInterpolation() {
  const Level level(*this);
  if (!level.ok) return broken_;
  const Inside inside(*this, Tok::RightBrace);
  resumeTokens();
  Expr* inner = parseExpr();
  if (!panic_ && !at(Tok::RightBrace)) unexpected("'}'");
  if (panic_ && !recover(Tok::RightBrace, false)) return broken_;
  return inner;
}

// The parts from `base` on, as one node. A lone text is a plain string, unless it was interpolated: "${"x"}"
// is no constant name.
Expr* Parser::joinParts(std::size_t base, Pos pos, bool interpolated, std::uint8_t flags) {
  if (!interpolated && exprs_.size() <= base + 1) {
    Expr* text = exprs_.size() > base ? exprs_.back() : stringNode({}, pos, pos);
    text->flags = 0;
    text->pos = pos;
    text->end = place(previousEnd_);
    exprs_.resize(base);
    return text;
  }
  auto* made = node<ExprInterp>(ExprKind::Interp, pos);
  made->flags = flags;
  made->parts = take(exprs_, base);
  made->height = above(std::span<Expr* const>(made->parts));
  return checked(made);
}

Expr* Parser::parseString() {
  const Pos pos = here();
  const std::size_t base = exprs_.size();
  bool interpolated = false;
  for (;;) {
    const std::uint32_t start = lexer_.offset();
    const StringPiece piece = lexer_.stringPiece();
    if (!piece.text.empty()) {
      const std::string_view text = piece.plain ? piece.text : unescapeString(arena_, piece.text);
      pushText(text, place(start), place(start + static_cast<std::uint32_t>(piece.text.size())));
    }
    if (piece.end == PieceEnd::Close) break;
    if (piece.end == PieceEnd::EndOfFile) {
      exprs_.resize(base);
      unexpectedEnd("'\"'");
      return broken_;
    }
    interpolated = true;
    Expr* inner = parseInterpolation();
    if (panic_) {
      exprs_.resize(base);
      return broken_;
    }
    exprs_.push_back(inner);
  }
  resumeTokens();
  return joinParts(base, pos, interpolated);
}

Expr* Parser::parseIndented() {
  const Pos pos = here();
  const std::size_t base = pieces_.size();
  bool interpolated = false;
  for (;;) {
    const Pos start = place(lexer_.offset());
    const IndentedPiece piece = lexer_.indentedPiece();
    if (piece.kind == IndentedKind::Close) break;
    if (piece.kind == IndentedKind::EndOfFile) {
      pieces_.resize(base);
      unexpectedEnd("end of an indented string");
      return broken_;
    }
    if (piece.kind != IndentedKind::Interpolation) {
      pieces_.push_back({piece.text, nullptr, piece.kind == IndentedKind::Escape, start, place(lexer_.offset())});
      continue;
    }
    interpolated = true;
    Expr* inner = parseInterpolation();
    if (panic_) {
      pieces_.resize(base);
      return broken_;
    }
    pieces_.push_back({{}, inner, false, inner->pos, inner->end});
  }
  resumeTokens();
  const std::size_t first = exprs_.size();
  layoutIndented(arena_, std::span<const LayoutPiece>(pieces_).subspan(base), exprs_);
  pieces_.resize(base);
  return joinParts(first, pos, interpolated);
}

// The literal against the file's directory, without `.`, `..`, double and final slashes. "~/…" stays as it
// is.
std::string_view Parser::absolutePath(std::string_view literal, bool keepSlash) {
  if (literal.front() == '~') return literal;
  const bool relative = literal.front() != '/';
  const std::string_view start = relative ? directory_ : std::string_view();
  auto* out = static_cast<char*>(arena_.allocate(start.size() + literal.size() + 2, 1));
  std::size_t size = 0;
  const auto append = [&](std::string_view path) {
    while (!path.empty()) {
      const std::size_t slash = std::min(path.find('/'), path.size());
      const std::string_view name = path.substr(0, slash);
      path.remove_prefix(std::min(slash + 1, path.size()));
      if (name.empty() || name == ".") continue;
      if (name == "..") {
        while (size > 0 && out[--size] != '/') {
        }
        continue;
      }
      out[size++] = '/';
      std::copy(name.begin(), name.end(), out + size);
      size += name.size();
    }
  };
  append(start);
  append(literal);
  if (size == 0 || (keepSlash && literal.back() == '/')) out[size++] = '/';
  return {out, size};
}

Expr* Parser::parsePath() {
  const std::uint32_t begin = token_.begin;
  const std::string_view literal = lexer_.text(token_);
  if (!lexer_.pathInterpolation()) {
    if (literal.back() == '/')
      return report(base::Code::FL0103, "path has a trailing slash", {place(token_.end), place(token_.end)});
    advance();
    auto* made = node<ExprPath>(ExprKind::Path, place(begin));
    made->path = absolutePath(literal, false);
    return made;
  }
  const std::size_t base = exprs_.size();
  pushText(absolutePath(literal, true), place(begin), place(token_.end));
  bool slash = false;
  do {
    Expr* inner = parseInterpolation();
    if (panic_) {
      exprs_.resize(base);
      return broken_;
    }
    exprs_.push_back(inner);
    const std::uint32_t start = lexer_.offset();
    const std::string_view text = lexer_.pathPiece();
    if (!text.empty()) pushText(text, place(start), place(lexer_.offset()));
    slash = !text.empty() && text.back() == '/';
  } while (lexer_.pathInterpolation());
  resumeTokens();
  if (slash) {
    exprs_.resize(base);
    return report(base::Code::FL0103, "path has a trailing slash", {place(previousEnd_), place(previousEnd_)});
  }
  return joinParts(base, place(begin), true, kPathInterp);
}

}  // namespace fleetd::lang
