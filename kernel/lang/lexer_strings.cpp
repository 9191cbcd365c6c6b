// The insides of strings and paths, escapes, and the names of tokens in messages.
#include "kernel/lang/lexer.hpp"
#include "kernel/lang/lexer_chars.hpp"

namespace fleetd::lang {

namespace {

char escaped(char c) {
  switch (c) {
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    default: return c;
  }
}

}  // namespace

StringPiece Lexer::stringPiece() {
  StringPiece piece;
  const char* start = cursor_;
  const char* p = start;
  while (p != end_) {
    const char c = *p;
    if (c == '"') {
      piece.end = PieceEnd::Close;
      break;
    }
    if (c == '$' && end_ - p >= 2) {
      if (p[1] == '{') {
        piece.end = PieceEnd::Interpolation;
        break;
      }
      p += p[1] == '$' ? 2 : 1;  // "$$" protects a following brace
    } else if (c == '\\') {
      piece.plain = false;
      p += end_ - p >= 2 ? 2 : 1;
    } else {
      if (c == '\r') piece.plain = false;
      ++p;
    }
  }
  piece.text = {start, static_cast<std::size_t>(p - start)};
  cursor_ = p + (piece.end == PieceEnd::Close ? 1 : piece.end == PieceEnd::Interpolation ? 2 : 0);
  return piece;
}

IndentedPiece Lexer::indentedPiece() {
  if (cursor_ == end_) return {};
  const char* start = cursor_;
  if (*start == '\'' && peek(1) == '\'') {
    const char c = peek(2);
    if (c == '$') return cursor_ += 3, IndentedPiece{"$", IndentedKind::Escape};
    if (c == '\'') return cursor_ += 3, IndentedPiece{"''", IndentedKind::Escape};
    if (c == '\\' && end_ - start >= 4) {
      cursor_ += 4;
      switch (start[3]) {
        case 'n': return {"\n", IndentedKind::Escape};
        case 'r': return {"\r", IndentedKind::Escape};
        case 't': return {"\t", IndentedKind::Escape};
        default: break;
      }
      // The first byte is enough: the rest of a longer character is text that does not start a line.
      return {{start + 3, 1}, IndentedKind::Escape};
    }
    return cursor_ += 2, IndentedPiece{{}, IndentedKind::Close};
  }
  if (*start == '$' && peek(1) == '{') return cursor_ += 2, IndentedPiece{{}, IndentedKind::Interpolation};

  // A '$' or a quote takes the next character along, unless the two mean something.
  const char* p = start;
  while (p != end_) {
    if (*p != '$' && *p != '\'') {
      ++p;
      continue;
    }
    if (end_ - p < 2 || p[1] == '\'' || p[1] == (*p == '$' ? '{' : '$')) break;
    p += 2;
  }
  const bool lone = p == start;
  if (lone) ++p;
  cursor_ = p;
  return {{start, static_cast<std::size_t>(p - start)}, lone ? IndentedKind::Escape : IndentedKind::Text};
}

std::string_view Lexer::pathPiece() {
  const char* start = cursor_;
  while (cursor_ != end_ && (*cursor_ == '/' || isChar(*cursor_, kPathPart))) ++cursor_;
  return {start, static_cast<std::size_t>(cursor_ - start)};
}

bool Lexer::pathInterpolation() {
  if (end_ - cursor_ < 2 || cursor_[0] != '$' || cursor_[1] != '{') return false;
  cursor_ += 2;
  return true;
}

std::string_view unescapeString(base::Arena& arena, std::string_view piece) {
  auto* out = static_cast<char*>(arena.allocate(piece.size(), 1));
  std::size_t size = 0;
  for (std::size_t i = 0; i < piece.size(); ++i) {
    const char c = piece[i];
    if (c == '\\' && i + 1 < piece.size()) {
      out[size++] = escaped(piece[++i]);
    } else if (c == '\r') {
      out[size++] = '\n';
      if (i + 1 < piece.size() && piece[i + 1] == '\n') ++i;
    } else {
      out[size++] = c;
    }
  }
  return {out, size};
}

std::string_view describe(Tok kind) {
  switch (kind) {
    case Tok::End: return "end of file";
    case Tok::Bad: return "character";
    case Tok::Id: return "identifier";
    case Tok::Int: return "integer";
    case Tok::Float: return "floating-point literal";
    case Tok::Path: return "path";
    case Tok::HomePath: return "'~/…' path";
    case Tok::SearchPath: return "'<…>' path";
    case Tok::Uri: return "URI";
    case Tok::Quote: return "'\"'";
    case Tok::IndentedQuote: return "start of an indented string";
    case Tok::If: return "'if'";
    case Tok::Then: return "'then'";
    case Tok::Else: return "'else'";
    case Tok::Assert: return "'assert'";
    case Tok::With: return "'with'";
    case Tok::Let: return "'let'";
    case Tok::In: return "'in'";
    case Tok::Rec: return "'rec'";
    case Tok::Inherit: return "'inherit'";
    case Tok::Or: return "'or'";
    case Tok::Eq: return "'=='";
    case Tok::Neq: return "'!='";
    case Tok::Leq: return "'<='";
    case Tok::Geq: return "'>='";
    case Tok::AndAnd: return "'&&'";
    case Tok::OrOr: return "'||'";
    case Tok::Implies: return "'->'";
    case Tok::Update: return "'//'";
    case Tok::Concat: return "'++'";
    case Tok::PipeInto: return "'|>'";
    case Tok::PipeFrom: return "'<|'";
    case Tok::Ellipsis: return "'...'";
    case Tok::DollarBrace: return "'${'";
    case Tok::Less: return "'<'";
    case Tok::Greater: return "'>'";
    case Tok::Assign: return "'='";
    case Tok::Plus: return "'+'";
    case Tok::Minus: return "'-'";
    case Tok::Star: return "'*'";
    case Tok::Slash: return "'/'";
    case Tok::Not: return "'!'";
    case Tok::Question: return "'?'";
    case Tok::Dot: return "'.'";
    case Tok::Comma: return "','";
    case Tok::Colon: return "':'";
    case Tok::Semicolon: return "';'";
    case Tok::At: return "'@'";
    case Tok::LeftParen: return "'('";
    case Tok::RightParen: return "')'";
    case Tok::LeftBracket: return "'['";
    case Tok::RightBracket: return "']'";
    case Tok::LeftBrace: return "'{'";
    case Tok::RightBrace: return "'}'";
  }
  return "token";
}

}  // namespace fleetd::lang
