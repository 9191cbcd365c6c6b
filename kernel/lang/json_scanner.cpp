// JSON tokens: literals, numbers, strings.
#include "kernel/lang/json_scanner.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>

#include <fmt/format.h>

#include "kernel/base/text.hpp"

namespace fleetd::lang {

namespace {
bool isDigit(int c) { return c >= '0' && c <= '9'; }
}  // namespace

int JsonScanner::get() {
  const int c = at_ < text_.size() ? static_cast<unsigned char>(text_[at_]) : -1;
  ++at_;
  return c;
}

std::string_view JsonScanner::tokenText() const {
  const std::size_t begin = std::min(begin_, text_.size());
  return text_.substr(begin, std::min(at_, text_.size()) - begin);
}

JsonToken JsonScanner::bad(std::string_view problem) {
  problem_ = problem;
  return JsonToken::Bad;
}

JsonToken JsonScanner::next() {
  int c = get();
  while (c == ' ' || c == '\t' || c == '\n' || c == '\r') c = get();
  begin_ = at_ - 1;
  switch (c) {
    case '[': return JsonToken::Open;
    case ']': return JsonToken::Close;
    case '{': return JsonToken::OpenObject;
    case '}': return JsonToken::CloseObject;
    case ':': return JsonToken::Colon;
    case ',': return JsonToken::Comma;
    case 't': return literal("true", JsonToken::True);
    case 'f': return literal("false", JsonToken::False);
    case 'n': return literal("null", JsonToken::Null);
    case '"': return string();
    case 0:
    case -1: return JsonToken::End;
    default: return c == '-' || isDigit(c) ? number(c) : bad("invalid literal");
  }
}

JsonToken JsonScanner::literal(std::string_view word, JsonToken token) {
  for (char expected : word.substr(1))
    if (get() != expected) return bad("invalid literal");
  return token;
}

// Reads digits after the first; gives the character behind them.
int JsonScanner::digits() {
  int c = get();
  while (isDigit(c)) c = get();
  return c;
}

JsonToken JsonScanner::number(int c) {
  JsonToken token = JsonToken::Integer;
  if (c == '-' && !isDigit(c = get())) return bad("invalid number; expected digit after '-'");
  c = c == '0' ? get() : digits();
  if (c == '.') {
    token = JsonToken::Float;
    if (!isDigit(get())) return bad("invalid number; expected digit after '.'");
    c = digits();
  }
  if (c == 'e' || c == 'E') {
    token = JsonToken::Float;
    c = get();
    if (c == '+' || c == '-') {
      if (!isDigit(get())) return bad("invalid number; expected digit after exponent sign");
    } else if (!isDigit(c)) {
      return bad("invalid number; expected '+', '-', or digit after exponent");
    }
    digits();
  }
  --at_;
  return token;
}

JsonToken JsonScanner::string() {
  chars_.clear();
  for (;;) {
    const int c = get();
    if (c == -1) return bad("invalid string: missing closing quote");
    if (c == '"') return JsonToken::String;
    if (c < 0x20)
      return bad(fmt::format("invalid string: control character U+{:04X} must be escaped to \\u{:04x}", c, c));
    if (c == '\\') {
      if (!escape()) return JsonToken::Bad;
    } else if (c < 0x80) {
      chars_ += static_cast<char>(c);
    } else if (!rune()) {
      return JsonToken::Bad;
    }
  }
}

// A character beyond ASCII whose first byte was read. The parser of Nix stops at the first byte that does not fit.
bool JsonScanner::rune() {
  const std::string_view rest = text_.substr(at_ - 1);
  const base::Rune found = base::decodeRune(rest);
  if (found.valid) {
    chars_ += rest.substr(0, found.size);
    at_ += found.size - 1;
    return true;
  }
  const auto lead = static_cast<unsigned char>(rest[0]);
  const bool leads = lead >= 0xc2 && lead <= 0xf4;
  std::size_t good = 1;
  while (leads && good < rest.size() && good < 4) {
    // The longest prefix some character starts with: it stays well-formed when completed.
    const auto c = static_cast<unsigned char>(rest[good]);
    unsigned low = 0x80, high = 0xbf;
    if (good == 1 && lead == 0xe0) low = 0xa0;
    if (good == 1 && lead == 0xed) high = 0x9f;
    if (good == 1 && lead == 0xf0) low = 0x90;
    if (good == 1 && lead == 0xf4) high = 0x8f;
    if (c < low || c > high) break;
    ++good;
  }
  if (leads) at_ += good;
  bad("invalid string: ill-formed UTF-8 byte");
  return false;
}

bool JsonScanner::escape() {
  switch (get()) {
    case '"': chars_ += '"'; return true;
    case '\\': chars_ += '\\'; return true;
    case '/': chars_ += '/'; return true;
    case 'b': chars_ += '\b'; return true;
    case 'f': chars_ += '\f'; return true;
    case 'n': chars_ += '\n'; return true;
    case 'r': chars_ += '\r'; return true;
    case 't': chars_ += '\t'; return true;
    case 'u': return codePoint();
    default: bad("invalid string: forbidden character after backslash"); return false;
  }
}

int JsonScanner::hex4() {
  int code = 0;
  for (int i = 0; i < 4; ++i) {
    const int c = get();
    const int digit = isDigit(c)             ? c - '0'
                      : c >= 'a' && c <= 'f' ? c - 'a' + 10
                      : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                             : -1;
    if (digit < 0) {
      bad("invalid string: '\\u' must be followed by 4 hex digits");
      return -1;
    }
    code = code * 16 + digit;
  }
  return code;
}

bool JsonScanner::codePoint() {
  const int first = hex4();
  if (first < 0) return false;
  if (first >= 0xdc00 && first <= 0xdfff) {
    bad("invalid string: surrogate U+DC00..U+DFFF must follow U+D800..U+DBFF");
    return false;
  }
  if (first < 0xd800 || first > 0xdbff) {
    base::appendRune(chars_, static_cast<char32_t>(first));
    return true;
  }
  const bool escaped = get() == '\\' && get() == 'u';
  const int second = escaped ? hex4() : 0;
  if (second < 0) return false;
  if (second < 0xdc00 || second > 0xdfff) {
    bad("invalid string: surrogate U+D800..U+DBFF must be followed by U+DC00..U+DFFF");
    return false;
  }
  base::appendRune(chars_,
                   0x10000 + (static_cast<char32_t>(first - 0xd800) << 10) + static_cast<char32_t>(second - 0xdc00));
  return true;
}

JsonNumber jsonNumber(std::string_view digits, bool isFloat) {
  const char* end = digits.data() + digits.size();
  JsonNumber out;
  if (!isFloat) {
    if (std::from_chars(digits.data(), end, out.integer).ec == std::errc()) return out;
    std::uint64_t large = 0;
    if (digits[0] != '-' && std::from_chars(digits.data(), end, large).ec == std::errc()) {
      out.kind = JsonNumber::Kind::TooLarge;
      return out;
    }
  }
  // from_chars reports numbers next to zero as out of range; strtod rounds them.
  if (std::from_chars(digits.data(), end, out.real).ec != std::errc())
    out.real = std::strtod(std::string(digits).c_str(), nullptr);
  out.kind = std::isfinite(out.real) ? JsonNumber::Kind::Real : JsonNumber::Kind::Overflow;
  return out;
}

}  // namespace fleetd::lang
