// Tokens outside of strings. Where several kinds of token could start, the longest wins, as in Nix: a path or
// URI beats the name, number or operator it starts with.
#include "kernel/lang/lexer.hpp"

#include <cstring>

#include "kernel/lang/lexer_chars.hpp"

namespace fleetd::lang {

namespace {

Tok keywordOr(std::string_view word) {
  switch (word.size()) {
    case 2:
      if (word == "if") return Tok::If;
      if (word == "in") return Tok::In;
      if (word == "or") return Tok::Or;
      break;
    case 3:
      if (word == "let") return Tok::Let;
      if (word == "rec") return Tok::Rec;
      break;
    case 4:
      if (word == "then") return Tok::Then;
      if (word == "else") return Tok::Else;
      if (word == "with") return Tok::With;
      break;
    case 6:
      if (word == "assert") return Tok::Assert;
      break;
    case 7:
      if (word == "inherit") return Tok::Inherit;
      break;
  }
  return Tok::Id;
}

Tok punctuation(char c) {
  switch (c) {
    case '<': return Tok::Less;
    case '>': return Tok::Greater;
    case '=': return Tok::Assign;
    case '+': return Tok::Plus;
    case '-': return Tok::Minus;
    case '*': return Tok::Star;
    case '/': return Tok::Slash;
    case '!': return Tok::Not;
    case '?': return Tok::Question;
    case '.': return Tok::Dot;
    case ',': return Tok::Comma;
    case ':': return Tok::Colon;
    case ';': return Tok::Semicolon;
    case '@': return Tok::At;
    case '(': return Tok::LeftParen;
    case ')': return Tok::RightParen;
    case '[': return Tok::LeftBracket;
    case ']': return Tok::RightBracket;
    case '{': return Tok::LeftBrace;
    case '}': return Tok::RightBrace;
  }
  return Tok::Bad;
}

// The operator that two characters make, or Bad.
Tok pairOf(char a, char b) {
  switch (a) {
    case '=': return b == '=' ? Tok::Eq : Tok::Bad;
    case '!': return b == '=' ? Tok::Neq : Tok::Bad;
    case '<': return b == '=' ? Tok::Leq : b == '|' ? Tok::PipeFrom : Tok::Bad;
    case '>': return b == '=' ? Tok::Geq : Tok::Bad;
    case '&': return b == '&' ? Tok::AndAnd : Tok::Bad;
    case '|': return b == '|' ? Tok::OrOr : b == '>' ? Tok::PipeInto : Tok::Bad;
    case '-': return b == '>' ? Tok::Implies : Tok::Bad;
    case '/': return b == '/' ? Tok::Update : Tok::Bad;
    case '+': return b == '+' ? Tok::Concat : Tok::Bad;
    case '$': return b == '{' ? Tok::DollarBrace : Tok::Bad;
    case '\'': return b == '\'' ? Tok::IndentedQuote : Tok::Bad;
  }
  return Tok::Bad;
}

}  // namespace

Token Lexer::next() {
  while (cursor_ != end_ && isChar(*cursor_, kBlank)) ++cursor_;
  if (cursor_ != end_ && (*cursor_ == '#' || *cursor_ == '/')) skipComments();
  Token token;
  token.begin = offset();
  token.kind = cursor_ == end_ ? Tok::End : lexToken();
  token.end = offset();
  return token;
}

// Skips comments and the blanks around them.
void Lexer::skipComments() {
  const char* p = cursor_;
  for (;;) {
    while (p != end_ && isChar(*p, kBlank)) ++p;
    cursor_ = p;
    if (p == end_) return;
    if (*p == '#') {
      while (p != end_ && *p != '\n' && *p != '\r') ++p;
    } else if (end_ - p >= 2 && p[0] == '/' && p[1] == '*' && !openComment_) {
      const std::size_t open = static_cast<std::size_t>(p - text_.data());
      const std::size_t close = text_.find("*/", open + 2);
      if (close == std::string_view::npos) {
        openComment_ = static_cast<std::uint32_t>(open);
        return;
      }
      p = text_.data() + close + 2;
    } else {
      return;
    }
  }
}

Tok Lexer::lexToken() {
  const char c = *cursor_;
  if (isChar(c, kIdStart)) return lexWord();
  if (isChar(c, kDigit)) return lexNumber();
  Tok kind = Tok::Bad;
  switch (c) {
    case '"': ++cursor_; return Tok::Quote;
    case '<': return lexAngle();
    case '.':
      if (lexPathOrUri(kind)) return kind;
      if (isChar(peek(1), kDigit)) return lexNumber();
      if (peek(1) == '.' && peek(2) == '.') return cursor_ += 3, Tok::Ellipsis;
      break;
    case '+':
    case '-':
    case '/':
    case '~':
      if (lexPathOrUri(kind)) return kind;
      break;
    default: break;
  }
  kind = pairOf(c, peek(1));
  if (kind != Tok::Bad) {
    cursor_ += 2;
    // Blanks after the opening of an indented string belong to it when only a newline follows.
    if (kind == Tok::IndentedQuote) {
      const char* p = cursor_;
      while (p != end_ && *p == ' ') ++p;
      if (p != end_ && *p == '\n') cursor_ = p + 1;
    }
    return kind;
  }
  ++cursor_;
  kind = punctuation(c);
  // A character of several bytes is one (bad) token.
  if (kind == Tok::Bad)
    while (cursor_ != end_ && (static_cast<unsigned char>(*cursor_) & 0xC0) == 0x80) ++cursor_;
  return kind;
}

Tok Lexer::lexWord() {
  const char* p = cursor_ + 1;
  while (p != end_ && isChar(*p, kIdPart)) ++p;
  if (p != end_ && (*p == '.' || *p == '/' || *p == ':' || *p == '+')) {
    Tok kind = Tok::Id;
    if (lexPathOrUri(kind)) return kind;
  }
  const std::string_view word(cursor_, static_cast<std::size_t>(p - cursor_));
  cursor_ = p;
  return keywordOr(word);
}

// Int: digits. Float: digits with a dot, where the digits before it are none, a single 0 (then digits must
// follow), or start with 1-9.
Tok Lexer::lexNumber() {
  Tok kind = Tok::Int;
  if (lexPathOrUri(kind)) return kind;
  const auto digits = [this](const char* p) {
    while (p != end_ && isChar(*p, kDigit)) ++p;
    return p;
  };
  const char* start = cursor_;
  const char* p = digits(start);
  cursor_ = p;
  if (p == end_ || *p != '.') return Tok::Int;
  const bool leading = p != start && *start != '0';
  const bool zero = p == start || (p == start + 1 && *start == '0');
  const char* fraction = digits(p + 1);
  if (!leading && !(zero && fraction != p + 1)) return Tok::Int;
  p = fraction;
  if (p != end_ && (*p == 'e' || *p == 'E')) {
    const char* exponent = p + 1;
    if (exponent != end_ && (*exponent == '+' || *exponent == '-')) ++exponent;
    const char* stop = digits(exponent);
    if (stop != exponent) p = stop;
  }
  cursor_ = p;
  return Tok::Float;
}

// `<name/name>`, or an operator.
Tok Lexer::lexAngle() {
  const char* p = cursor_ + 1;
  const auto segment = [this](const char* from) {
    while (from != end_ && isChar(*from, kPathPart)) ++from;
    return from;
  };
  const char* q = segment(p);
  if (q != p) {
    while (q != end_ && *q == '/' && segment(q + 1) != q + 1) q = segment(q + 1);
    if (q != end_ && *q == '>') return cursor_ = q + 1, Tok::SearchPath;
  }
  const Tok pair = pairOf('<', peek(1));
  cursor_ += pair == Tok::Bad ? 1 : 2;
  return pair == Tok::Bad ? Tok::Less : pair;
}

// A slash that goes on a path: a path character or an interpolation follows.
bool Lexer::startsSegment(const char* slash) const {
  const std::ptrdiff_t left = end_ - slash;
  if (left < 2 || *slash != '/') return false;
  return isChar(slash[1], kPathPart) || (left >= 3 && slash[1] == '$' && slash[2] == '{');
}

void Lexer::scanRun(const char* from) {
  const char* p = from;
  runUnderscore_ = nullptr;
  for (; p != end_ && isChar(*p, kPathPart); ++p)
    if (*p == '_') runUnderscore_ = p;
  runBegin_ = from;
  runEnd_ = p;
  runIsPath_ = startsSegment(p);
  runIsUri_ = end_ - p >= 2 && *p == ':' && isChar(p[1], kUriPart);
}

bool Lexer::lexPathOrUri(Tok& kind) {
  if (*cursor_ == '~') {
    if (!startsSegment(cursor_ + 1)) return false;
    ++cursor_;
    kind = Tok::HomePath;
    pathPiece();
    return true;
  }
  if (cursor_ < runBegin_ || cursor_ >= runEnd_) scanRun(cursor_);
  if (runIsPath_) {
    kind = Tok::Path;
    pathPiece();
    return true;
  }
  if (!runIsUri_ || !isChar(*cursor_, kLetter) || (runUnderscore_ && runUnderscore_ >= cursor_)) return false;
  const char* p = runEnd_ + 1;
  while (p != end_ && isChar(*p, kUriPart)) ++p;
  cursor_ = p;
  kind = Tok::Uri;
  return true;
}

}  // namespace fleetd::lang
