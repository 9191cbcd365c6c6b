// TOML's characters, strings and numbers.
#include "kernel/lang/toml_scanner.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>

#include <fmt/format.h>

#include "kernel/base/text.hpp"

namespace fleetd::lang {

namespace {

bool isDigit(char c) { return c >= '0' && c <= '9'; }
bool isBare(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || isDigit(c) || c == '_' || c == '-'; }
bool isControl(char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f; }

int digitOf(char c) {
  if (isDigit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return 99;
}

// Underscores stand between digits only. Gives the text without them, or nothing.
std::optional<std::string> withoutUnderscores(std::string_view word, int base) {
  std::string out;
  for (std::size_t i = 0; i < word.size(); ++i) {
    if (word[i] != '_') {
      out += word[i];
      continue;
    }
    const bool between = i > 0 && i + 1 < word.size() && digitOf(word[i - 1]) < base && digitOf(word[i + 1]) < base;
    if (!between) return std::nullopt;
  }
  return out;
}

bool looksLikeTime(std::string_view word) {
  auto digitsThen = [&](std::size_t count, char mark) {
    if (word.size() <= count || word[count] != mark) return false;
    return std::all_of(word.begin(), word.begin() + static_cast<std::ptrdiff_t>(count), isDigit);
  };
  return digitsThen(4, '-') || digitsThen(2, ':');
}

// [+-] digits [. digits] [e [+-] digits], no superfluous zero in front.
bool isFloatText(std::string_view word) {
  std::size_t i = 0;
  auto digits = [&] {
    const std::size_t begin = i;
    while (i < word.size() && isDigit(word[i])) ++i;
    return i > begin;
  };
  if (i < word.size() && (word[i] == '+' || word[i] == '-')) ++i;
  const std::size_t whole = i;
  if (!digits() || (word[whole] == '0' && i - whole > 1)) return false;
  bool real = false;
  if (i < word.size() && word[i] == '.') {
    ++i;
    if (!digits()) return false;
    real = true;
  }
  if (i < word.size() && (word[i] == 'e' || word[i] == 'E')) {
    ++i;
    if (i < word.size() && (word[i] == '+' || word[i] == '-')) ++i;
    if (!digits()) return false;
    real = true;
  }
  return real && i == word.size();
}

}  // namespace

bool TomlScanner::fail(std::string_view message) {
  if (!error_.empty()) return false;
  const std::string_view read = text_.substr(0, std::min(at_, text_.size()));
  const std::size_t lines = static_cast<std::size_t>(std::count(read.begin(), read.end(), '\n'));
  const std::size_t start = read.rfind('\n');
  error_ = fmt::format("line {}, column {}: {}", lines + 1,
                       read.size() - (start == std::string_view::npos ? 0 : start + 1) + 1, message);
  return false;
}

bool TomlScanner::take(char c) {
  if (atEnd() || text_[at_] != c) return false;
  ++at_;
  return true;
}

void TomlScanner::blanks() {
  while (peek() == ' ' || peek() == '\t') ++at_;
}

bool TomlScanner::comment() {
  if (peek() != '#') return true;
  while (!atEnd() && peek() != '\n' && !startsWith("\r\n")) {
    if (isControl(peek())) return fail("a comment must not contain control characters");
    ++at_;
  }
  return true;
}

bool TomlScanner::newline() {
  if (take('\n')) return true;
  if (!startsWith("\r\n")) return false;
  at_ += 2;
  return true;
}

bool TomlScanner::endOfLine() {
  blanks();
  if (!comment()) return false;
  return atEnd() || newline() || fail("expected the end of the line");
}

bool TomlScanner::blankLines() {
  do {
    blanks();
    if (!comment()) return false;
  } while (newline());
  return true;
}

bool TomlScanner::simpleKey(std::string* out) {
  if (peek() == '"') return ++at_, basic(out, false);
  if (peek() == '\'') return ++at_, literal(out, false);
  while (isBare(peek())) *out += text_[at_++];
  return !out->empty() || fail("expected a key");
}

bool TomlScanner::key(std::vector<std::string>* path) {
  do {
    blanks();
    if (!simpleKey(&path->emplace_back())) return false;
    blanks();
  } while (take('.'));
  return true;
}

bool TomlScanner::string(std::string* out) {
  const char quote = peek();
  const std::string_view three = quote == '"' ? "\"\"\"" : "'''";
  const bool multiline = startsWith(three);
  at_ += multiline ? 3 : 1;
  if (multiline) newline();  // one directly behind the quotes does not count
  return quote == '"' ? basic(out, multiline) : literal(out, multiline);
}

bool TomlScanner::plainCharacter(std::string* out, bool multiline) {
  if (atEnd()) return fail("a string has no end");
  if (multiline && newline()) {
    *out += '\n';
    return true;
  }
  if (isControl(peek())) return fail("a string must not contain control characters");
  *out += text_[at_++];
  return true;
}

// Up to two quotes may stand before the three that end a multi-line string.
bool TomlScanner::endsMultiline(std::string* out, char quote, bool* done) {
  std::size_t quotes = 0;
  while (quotes < 6 && peek(quotes) == quote) ++quotes;
  if (quotes == 6) return fail("too many quotes");
  *done = quotes >= 3;
  out->append(*done ? quotes - 3 : quotes, quote);
  at_ += quotes;
  return true;
}

bool TomlScanner::basic(std::string* out, bool multiline) {
  for (;;) {
    if (peek() == '"' && !atEnd()) {
      if (!multiline) return ++at_, true;
      bool done = false;
      if (!endsMultiline(out, '"', &done)) return false;
      if (done) return true;
    } else if (peek() == '\\') {
      ++at_;
      if (!escape(out, multiline)) return false;
    } else if (!plainCharacter(out, multiline)) {
      return false;
    }
  }
}

bool TomlScanner::literal(std::string* out, bool multiline) {
  for (;;) {
    if (peek() == '\'') {
      if (!multiline) return ++at_, true;
      bool done = false;
      if (!endsMultiline(out, '\'', &done)) return false;
      if (done) return true;
    } else if (!plainCharacter(out, multiline)) {
      return false;
    }
  }
}

bool TomlScanner::escape(std::string* out, bool multiline) {
  const char c = peek();
  switch (c) {
    case 'b': *out += '\b'; break;
    case 't': *out += '\t'; break;
    case 'n': *out += '\n'; break;
    case 'f': *out += '\f'; break;
    case 'r': *out += '\r'; break;
    case '"': *out += '"'; break;
    case '\\': *out += '\\'; break;
    case 'u':
    case 'U': {
      char32_t code = 0;
      const std::size_t size = c == 'u' ? 4 : 8;
      for (std::size_t i = 1; i <= size; ++i) {
        const int digit = digitOf(peek(i));
        if (digit > 15) return fail("an escape needs four or eight hexadecimal digits");
        code = code << 4 | static_cast<char32_t>(digit);
      }
      if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return fail("an escape names no character");
      if (code == 0) return fail("a string with a null byte cannot be represented as a Nix string");
      base::appendRune(*out, code);
      at_ += size;
      break;
    }
    default: {
      // A backslash at the end of a line removes the line's end and all blanks that follow.
      if (!multiline) return fail("unknown escape");
      blanks();
      if (!newline()) return fail("unknown escape");
      do blanks();
      while (newline());
      return true;
    }
  }
  ++at_;
  return true;
}

std::optional<TomlNumber> TomlScanner::integer(std::string_view word, int base) {
  const auto digits = withoutUnderscores(word, base);
  TomlNumber out;
  if (!digits || digits->starts_with("+-") || (base != 10 && (digits->starts_with('+') || digits->starts_with('-'))))
    return std::nullopt;
  const char* begin = digits->data() + (digits->starts_with('+') ? 1 : 0);
  const char* end = digits->data() + digits->size();
  const char* first = begin + (begin != end && *begin == '-' ? 1 : 0);
  if (first == end || digitOf(*first) >= base || (base == 10 && *first == '0' && end - first > 1)) return std::nullopt;
  const auto [stop, problem] = std::from_chars(begin, end, out.integer, base);
  if (stop != end) return std::nullopt;
  if (problem != std::errc()) {
    fail("an integer does not fit into 64 bits");
    return std::nullopt;
  }
  return out;
}

std::optional<TomlNumber> TomlScanner::number() {
  std::size_t size = 0;
  while (isBare(peek(size)) || peek(size) == '+' || peek(size) == '.' || peek(size) == ':') ++size;
  const std::string_view word = text_.substr(at_, size);
  if (looksLikeTime(word)) {
    error_ = "Dates and times are not supported";
    return std::nullopt;
  }
  std::optional<TomlNumber> out;
  const std::string_view unsignedWord = word.starts_with('+') || word.starts_with('-') ? word.substr(1) : word;
  const double sign = word.starts_with('-') ? -1.0 : 1.0;
  if (unsignedWord == "inf")
    out = TomlNumber{true, 0, sign * std::numeric_limits<double>::infinity()};
  else if (unsignedWord == "nan")
    out = TomlNumber{true, 0, std::copysign(std::numeric_limits<double>::quiet_NaN(), sign)};
  else if (word.starts_with("0x"))
    out = integer(word.substr(2), 16);
  else if (word.starts_with("0o"))
    out = integer(word.substr(2), 8);
  else if (word.starts_with("0b"))
    out = integer(word.substr(2), 2);
  else if (const auto plain = withoutUnderscores(word, 10); plain && isFloatText(*plain))
    out = TomlNumber{true, 0, std::strtod(plain->c_str(), nullptr)};
  else
    out = integer(word, 10);
  if (out)
    at_ += size;
  else
    fail("unknown value");
  return out;
}

}  // namespace fleetd::lang
