// Syntax errors: what they say, and how the parser finds its feet again after one.
#include <algorithm>

#include <fmt/format.h>

#include "kernel/base/text.hpp"
#include "kernel/lang/parser_state.hpp"

namespace fleetd::lang {

namespace {
constexpr std::size_t kMaxProblems = 100;  // of one file; who has more wants to see the first ones
constexpr TokSet kClosers = {Tok::RightParen, Tok::RightBracket, Tok::RightBrace};
}  // namespace

bool Parser::enter() {
  if (++depth_ <= kMaxNesting && reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0)) > stackFloor_)
    return !panic_;
  tooDeep();
  return false;
}

Expr* Parser::tooDeep() {
  if (!stopped_)
    add(base::Code::FL0004, fmt::format("expression nested too deeply; the limit is {} levels", kMaxNesting),
        {here(), place(token_.end)});
  stop();
  return broken_;
}

void Parser::stop() {
  lexer_.stop();
  token_ = {Tok::End, lexer_.offset(), lexer_.offset()};
  stopped_ = true;
  panic_ = true;
}

base::Diagnostic* Parser::add(base::Code code, std::string message, Span span) {
  if (stopped_) return nullptr;
  base::Diagnostic& problem = out_.problems.emplace_back();
  problem.code = code;
  problem.message = std::move(message);
  problem.span = span;
  if (out_.problems.size() >= kMaxProblems) stop();
  return &problem;
}

Expr* Parser::report(base::Code code, std::string message, Span span) {
  if (panic_) return broken_;
  add(code, std::move(message), span);
  panic_ = true;
  return broken_;
}

std::string Parser::tokenText() const {
  if (!at(Tok::Bad)) return std::string(describe(token_.kind));
  const std::string_view text = lexer_.text(token_);
  const base::Rune rune = base::decodeRune(text);
  if (rune.code == 0xFEFF) return "byte order mark";
  if (rune.code > 0x20 && rune.code < 0x7F) return fmt::format("'{}'", text);
  if (rune.code > 0xA0 && base::runeWidth(rune.code) > 0) return fmt::format("'{}'", text);
  return fmt::format("character U+{:04X}", static_cast<std::uint32_t>(rune.code));
}

Expr* Parser::unexpected(std::string_view expecting) {
  if (panic_) return broken_;
  std::string message = "syntax error, unexpected " + tokenText();
  if (!expecting.empty()) message.append(", expecting ").append(expecting);
  const auto open = lexer_.openComment();
  base::Diagnostic* problem = add(base::Code::FL0101, std::move(message), {here(), place(token_.end)});
  panic_ = true;
  if (open) {
    // Whatever follows is meant as a comment.
    if (problem) problem->labels.push_back({{place(*open), place(*open + 2)}, "this comment is never closed"});
    stop();
  } else if (problem && expecting == "']'" && at(Tok::Comma)) {
    problem->notes.emplace_back("the elements of a list are separated by blanks, without commas");
  } else if (problem && expecting == "']'" && at(Tok::Minus)) {
    problem->notes.emplace_back(
        "an expression that is more than a name, a literal or a selection needs parentheses in a list: [ "
        "(-1) ]");
  }
  return broken_;
}

// Inside of a string the file ended.
void Parser::unexpectedEnd(std::string_view expecting) {
  const auto end = static_cast<std::uint32_t>(source_.text.size());
  token_ = {Tok::End, end, end};
  unexpected(expecting);
}

bool Parser::expect(Tok kind, std::string_view expecting) {
  if (panic_) return false;
  if (!at(kind)) {
    unexpected(expecting.empty() ? describe(kind) : expecting);
    return false;
  }
  advance();
  return true;
}

// The token at a position: names in messages are known by where they start.
Span Parser::nameSpan(Pos pos) const {
  Lexer lexer(source_.text.substr(pos - source_.base));
  const Token token = lexer.next();
  return {pos, pos + token.end};
}

bool Parser::recover(Tok close, bool statements) {
  if (stopped_ || skip(statements) != close) return false;
  panic_ = false;
  return true;
}

bool Parser::recoverBinding(Tok close) {
  if (stopped_) return false;
  const Tok found = skip(true);
  if (found != Tok::Semicolon && found != close) return false;
  panic_ = false;
  return true;
}

// Brackets opened on the way are closed by their own kind only, and a closing one that nothing opened counts
// for nothing; a string that is interpolated goes on after its brace. Open ones are remembered as '(', '[',
// '{', and 'S', 'I', 'P' for the `${` of strings, indented strings and paths.
Tok Parser::skip(bool statements) {
  skipped_.clear();
  std::uint32_t lets = 0;
  std::uint32_t semicolons = 0;  // that belong to `with` and `assert`
  for (;; advance()) {
    if (lexer_.openComment()) stop();
    const Tok kind = token_.kind;
    if (kind == Tok::End) return kind;
    if (kClosers.has(kind)) {
      if (!skipCloser(kind) && open_[static_cast<std::size_t>(kind)] > 0) return kind;
      continue;
    }
    skipOpener(kind);
    if (!skipped_.empty() || !statements) continue;
    if (kind == Tok::Let) ++lets;
    if (kind == Tok::With || kind == Tok::Assert) ++semicolons;
    if (kind == Tok::In && lets-- == 0) return kind;
    if (kind == Tok::Semicolon && lets == 0 && semicolons-- == 0) return kind;
  }
}

// Remembers a bracket, or skips a string.
void Parser::skipOpener(Tok kind) {
  if (kind == Tok::LeftParen) skipped_.push_back('(');
  if (kind == Tok::LeftBracket) skipped_.push_back('[');
  if (kind == Tok::LeftBrace || kind == Tok::DollarBrace) skipped_.push_back('{');
  if (kind == Tok::Quote) skipString('S');
  if (kind == Tok::IndentedQuote) skipString('I');
  if ((kind == Tok::Path || kind == Tok::HomePath) && lexer_.pathInterpolation()) skipped_.push_back('P');
}

// Reads on to the end of a string or path, or into its next interpolation.
void Parser::skipString(char mode) {
  if (mode == 'S') {
    if (lexer_.stringPiece().end == PieceEnd::Interpolation) skipped_.push_back('S');
    return;
  }
  if (mode == 'P') {
    lexer_.pathPiece();
    if (lexer_.pathInterpolation()) skipped_.push_back('P');
    return;
  }
  for (;;) {
    const IndentedKind kind = lexer_.indentedPiece().kind;
    if (kind == IndentedKind::Interpolation) skipped_.push_back('I');
    if (kind != IndentedKind::Text && kind != IndentedKind::Escape) return;
  }
}

// Closes the innermost open bracket of this kind. False: there is none.
bool Parser::skipCloser(Tok closer) {
  const auto closes = [closer](char open) {
    if (closer == Tok::RightParen) return open == '(';
    if (closer == Tok::RightBracket) return open == '[';
    return open != '(' && open != '[';
  };
  const auto found = std::find_if(skipped_.rbegin(), skipped_.rend(), closes);
  if (found == skipped_.rend()) return false;
  const char open = *found;
  skipped_.erase(found.base() - 1, skipped_.end());
  if (open == 'S' || open == 'I' || open == 'P') skipString(open);
  return true;
}

}  // namespace fleetd::lang
