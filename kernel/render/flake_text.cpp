// Taking a set apart by its tokens.
#include "kernel/render/flake_text.hpp"

#include "kernel/base/arena.hpp"
#include "kernel/base/text.hpp"
#include "kernel/lang/lexer.hpp"

namespace fleetd::render {

namespace {

using lang::Lexer;
using lang::Tok;
using lang::Token;

Error unreadable(std::string_view what) {
  return {base::Code::FL0804,
          "flake.nix cannot be taken apart: " + std::string(what),
          "a flake is a set written as a literal, with inputs that are literals, too",
          {}};
}

// What an open construct waits for.
enum class Open : unsigned char { Bracket, Let, Statement };

constexpr lang::TokSet kOpening{Tok::LeftBrace, Tok::LeftBracket, Tok::LeftParen, Tok::DollarBrace};
constexpr lang::TokSet kClosing{Tok::RightBrace, Tok::RightBracket, Tok::RightParen};

class Splitter {
 public:
  explicit Splitter(std::string_view text) : text_(text), lexer_(text) {}

  Result<std::vector<Binding>> run() {
    Token token = lexer_.next();
    if (token.kind == Tok::Rec) token = lexer_.next();
    if (token.kind != Tok::LeftBrace) return unreadable("it does not start with a set");
    std::vector<Binding> out;
    for (token = lexer_.next(); token.kind != Tok::RightBrace; token = lexer_.next()) {
      if (token.kind == Tok::End) return unreadable("it ends too early");
      FLEETD_TRY_ASSIGN(auto binding, one(token));
      out.push_back(std::move(binding));
    }
    return out;
  }

 private:
  Result<std::string> nameAt(const Token& token) {
    if (token.kind == Tok::Id || token.kind == Tok::Or) return std::string(lexer_.text(token));
    if (token.kind != Tok::Quote) return unreadable("a name is computed");
    const auto piece = lexer_.stringPiece();
    if (piece.end != lang::PieceEnd::Close) return unreadable("a name is computed");
    return std::string(piece.plain ? piece.text : lang::unescapeString(arena_, piece.text));
  }

  Result<Binding> one(Token token) {
    Binding out;
    const std::uint32_t begin = token.begin;
    if (token.kind == Tok::Inherit) {
      out.name = "inherit";
    } else {
      FLEETD_TRY_ASSIGN(out.name, nameAt(token));
      token = lexer_.next();
      for (std::size_t count = 1; token.kind == Tok::Dot; ++count) {
        FLEETD_TRY_ASSIGN(auto name, nameAt(lexer_.next()));
        if (count == 1) out.second = std::move(name);
        token = lexer_.next();
      }
      if (token.kind != Tok::Assign) return unreadable("a name has no value");
    }
    const std::uint32_t valueBegin = token.end;
    FLEETD_TRY_ASSIGN(const Token last, value());
    out.text = text_.substr(begin, last.end - begin);
    out.value = base::trim(text_.substr(valueBegin, last.begin - valueBegin));
    return out;
  }

  // Goes on to the semicolon that ends a value.
  Result<Token> value() {
    std::vector<Open> open;
    bool afterLet = false;
    for (Token token = lexer_.next();; token = lexer_.next()) {
      const bool oldLet = afterLet && token.kind == Tok::LeftBrace;  // let { … } has no `in`
      if (afterLet && !oldLet) open.push_back(Open::Let);
      afterLet = false;
      const Tok kind = token.kind;
      if (kind == Tok::End || kind == Tok::Bad) return unreadable("it ends too early");
      if (skipLiteral(kind)) continue;
      if (kOpening.has(kind)) open.push_back(Open::Bracket);
      if (kind == Tok::With || kind == Tok::Assert) open.push_back(Open::Statement);
      if (kind == Tok::In && !open.empty() && open.back() == Open::Let) open.pop_back();
      if (kClosing.has(kind)) {
        if (open.empty()) return unreadable("a bracket is closed that was not opened");
        open.pop_back();
      }
      afterLet = kind == Tok::Let;
      if (kind == Tok::Semicolon) {
        if (open.empty()) return token;
        if (open.back() == Open::Statement) open.pop_back();
      }
    }
  }

  // Strings and paths have insides of their own. False for other tokens.
  bool skipLiteral(Tok kind) {
    if (kind == Tok::Quote)
      skipString();
    else if (kind == Tok::IndentedQuote)
      skipIndented();
    else if (kind == Tok::Path || kind == Tok::HomePath)
      skipPath();
    else
      return false;
    return true;
  }

  // The inside of ${…}, up to its brace.
  void skipInterpolation() {
    for (int depth = 1; depth > 0;) {
      const Tok kind = lexer_.next().kind;
      if (kind == Tok::End) return;
      if (skipLiteral(kind)) continue;
      if (kind == Tok::LeftBrace || kind == Tok::DollarBrace) ++depth;
      if (kind == Tok::RightBrace) --depth;
    }
  }
  void skipString() {
    while (lexer_.stringPiece().end == lang::PieceEnd::Interpolation) skipInterpolation();
  }
  void skipIndented() {
    for (;;) {
      const auto kind = lexer_.indentedPiece().kind;
      if (kind == lang::IndentedKind::Interpolation) skipInterpolation();
      if (kind == lang::IndentedKind::Close || kind == lang::IndentedKind::EndOfFile) return;
    }
  }
  void skipPath() {
    while (lexer_.pathInterpolation()) {
      skipInterpolation();
      static_cast<void>(lexer_.pathPiece());
    }
  }

  std::string_view text_;
  Lexer lexer_;
  base::Arena arena_;
};

}  // namespace

Result<std::vector<Binding>> bindingsOf(std::string_view text) { return Splitter(text).run(); }

Result<std::string> flakeHead(std::string_view text) {
  FLEETD_TRY_ASSIGN(const auto bindings, bindingsOf(text));
  std::string out;
  const auto add = [&](std::string_view piece) { out.append("  ").append(piece).append("\n"); };
  for (const Binding& binding : bindings) {
    if (binding.name == "description" || binding.name == "nixConfig") add(binding.text);
    if (binding.name != "inputs" || binding.second == "self") continue;
    bool hasSelf = false;
    std::vector<Binding> inside;
    if (binding.second.empty()) {
      FLEETD_TRY_ASSIGN(inside, bindingsOf(binding.value));
      for (const Binding& input : inside) hasSelf = hasSelf || input.name == "self";
    }
    if (!hasSelf) {
      add(binding.text);
      continue;
    }
    std::string set = "inputs = {\n";
    for (const Binding& input : inside)
      if (input.name != "self") set.append("    ").append(input.text).append("\n");
    add(set + "  };");
  }
  return out;
}

}  // namespace fleetd::render
