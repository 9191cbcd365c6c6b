// Lexer of the Nix language: tokens on demand, and the insides of strings and paths piece by piece as the
// parser asks for them.
#pragma once
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "kernel/base/arena.hpp"

namespace fleetd::lang {

// clang-format off
enum class Tok : std::uint8_t {
  End, Bad,                                         // Bad: a character that starts no token
  Id, Int, Float, Path, HomePath, SearchPath, Uri,  // Path, HomePath: the literal up to an interpolation
  Quote, IndentedQuote,                             // the opening of a string; its inside is read with the functions below
  If, Then, Else, Assert, With, Let, In, Rec, Inherit, Or,
  Eq, Neq, Leq, Geq, AndAnd, OrOr, Implies, Update, Concat, PipeInto, PipeFrom, Ellipsis, DollarBrace,
  Less, Greater, Assign, Plus, Minus, Star, Slash, Not, Question, Dot, Comma, Colon, Semicolon, At,
  LeftParen, RightParen, LeftBracket, RightBracket, LeftBrace, RightBrace,
};
// clang-format on

inline constexpr std::size_t kTokKinds = static_cast<std::size_t>(Tok::RightBrace) + 1;

// A set of kinds of token.
class TokSet {
 public:
  constexpr TokSet(std::initializer_list<Tok> kinds) {
    for (const Tok kind : kinds) bits_ |= bit(kind);
  }
  constexpr bool has(Tok kind) const { return (bits_ & bit(kind)) != 0; }

 private:
  static constexpr std::uint64_t bit(Tok kind) { return std::uint64_t{1} << static_cast<unsigned>(kind); }
  static_assert(kTokKinds <= 64);
  std::uint64_t bits_ = 0;
};

// Offsets into the text; `end` is one past the last byte.
struct Token {
  Tok kind = Tok::End;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
};

enum class PieceEnd : std::uint8_t { Close, Interpolation, EndOfFile };

// A stretch of a double-quoted string and what ended it. `plain`: the value is the text itself, without
// escapes.
struct StringPiece {
  std::string_view text;
  PieceEnd end = PieceEnd::EndOfFile;
  bool plain = true;
};

enum class IndentedKind : std::uint8_t { Text, Escape, Interpolation, Close, EndOfFile };
// Text takes part in the layout of an indented string, Escape (of ''$, ''', ''\x) does not. `text` of an
// Escape is its value.
struct IndentedPiece {
  std::string_view text;
  IndentedKind kind = IndentedKind::EndOfFile;
};

// The text must not hold NUL and must outlive the lexer; it may be of any size below 4 GiB. Time: linear in
// the text.
class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text), cursor_(text.data()), end_(text.data() + text.size()) {}

  Token next();

  // After Quote, or after the `}` of an interpolation in a double-quoted string. Consumes the closing quote
  // or the `${`.
  StringPiece stringPiece();
  // The same for indented strings.
  IndentedPiece indentedPiece();
  // After a Path or HomePath token (`afterText`), or the `}` of an interpolation in a path: the characters
  // that belong to the path.
  std::string_view pathPiece();
  // Consumes `${` when it comes next.
  bool pathInterpolation();

  std::uint32_t offset() const { return static_cast<std::uint32_t>(cursor_ - text_.data()); }
  std::string_view text(const Token& token) const { return text_.substr(token.begin, token.end - token.begin); }
  // The offset of a block comment that is never closed, once it was met.
  std::optional<std::uint32_t> openComment() const { return openComment_; }
  // From now on only End.
  void stop() { cursor_ = end_; }

 private:
  Tok lexToken();
  Tok lexWord();
  Tok lexNumber();
  Tok lexAngle();
  void skipComments();
  bool lexPathOrUri(Tok& kind);
  void scanRun(const char* from);
  bool startsSegment(const char* slash) const;
  char peek(std::size_t ahead) const {
    return static_cast<std::size_t>(end_ - cursor_) > ahead ? cursor_[ahead] : '\0';
  }

  std::string_view text_;
  const char* cursor_;
  const char* end_;
  // The last run of path characters that was looked through, so that `a.b.c.d` is not scanned again at every
  // name.
  const char* runBegin_ = nullptr;
  const char* runEnd_ = nullptr;
  const char* runUnderscore_ = nullptr;  // the last '_' in it, or null: a URI scheme has none
  bool runIsPath_ = false;
  bool runIsUri_ = false;
  std::optional<std::uint32_t> openComment_;
};

// The value of a piece of a double-quoted string that is not plain. The result lives in the arena.
std::string_view unescapeString(base::Arena& arena, std::string_view piece);

// How a syntax error names a kind of token, as Nix does: "identifier", "';'", "end of file".
std::string_view describe(Tok kind);

}  // namespace fleetd::lang
