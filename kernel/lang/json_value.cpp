// A JSON reader that makes values at once. Its errors count lines and columns like the parser inside Nix.
#include <charconv>
#include <cmath>
#include <cstdlib>

#include "kernel/base/text.hpp"
#include "kernel/lang/json_value.hpp"

namespace fleetd::lang {

namespace {

class JsonReader {
 public:
  JsonReader(Evaluator& ev, std::string_view text) : ev_(ev), text_(text) {}

  Value read() {
    if (text_.starts_with("\xef\xbb\xbf")) at_ = 3;
    next();
    while (!failed_)
      if (step()) break;
    return failed_ ? error_ : result_;
  }

 private:
  enum class Token : std::uint8_t { End, Value, String, Open, OpenObject, Close, CloseObject, Colon, Comma, Bad };
  enum class Want : std::uint8_t { Value, ValueOrClose, KeyOrClose, Key, Colon, CommaOrClose, End };
  struct Level {
    bool object = false;
    std::vector<Value> elements;
    std::vector<Attr> members;
    Symbol key;
  };

  // One token; true when the document is complete.
  bool step() {
    switch (want_) {
      case Want::ValueOrClose:
        if (token_ == Token::Close) return close();
        return value();
      case Want::Value: return value();
      case Want::KeyOrClose:
        if (token_ == Token::CloseObject) return close();
        return key();
      case Want::Key: return key();
      case Want::Colon:
        if (token_ != Token::Colon) return unexpected("object separator", "':'");
        next();
        want_ = Want::Value;
        return false;
      case Want::CommaOrClose: {
        const bool object = levels_.back().object;
        if (token_ == Token::Comma) {
          next();
          want_ = object ? Want::Key : Want::Value;
          return false;
        }
        if (token_ == (object ? Token::CloseObject : Token::Close)) return close();
        return object ? unexpected("object", "'}'") : unexpected("array", "']'");
      }
      case Want::End:
        if (token_ != Token::End) return unexpected("value", "end of input");
        return true;
    }
    return true;
  }

  bool value() {
    switch (token_) {
      case Token::Value: case Token::String: return finish(scalar_);
      case Token::Open: case Token::OpenObject:
        levels_.emplace_back().object = token_ == Token::OpenObject;
        want_ = levels_.back().object ? Want::KeyOrClose : Want::ValueOrClose;
        next();
        return false;
      case Token::End: case Token::Close: case Token::CloseObject: case Token::Colon: case Token::Comma: case Token::Bad: break;
    }
    return unexpected("value", "'[', '{', or a literal");
  }

  bool key() {
    if (token_ != Token::String) return unexpected("object key", "string literal");
    levels_.back().key = ev_.symbol(scalar_.string());
    want_ = Want::Colon;
    next();
    return false;
  }

  bool close() {
    Level& level = levels_.back();
    const Value v = level.object ? ev_.attrs(level.members) : ev_.list(level.elements);
    levels_.pop_back();
    return finish(v);
  }

  // A value is complete: it goes into the container around it.
  bool finish(Value v) {
    next();
    if (levels_.empty()) {
      result_ = v;
      want_ = Want::End;
      return false;
    }
    Level& level = levels_.back();
    if (level.object) level.members.push_back({level.key, 0, v});
    else level.elements.push_back(v);
    want_ = Want::CommaOrClose;
    return false;
  }

  bool unexpected(std::string_view context, std::string_view expected) {
    if (failed_) return true;
    if (token_ == Token::Bad) {
      std::string shown;
      for (char c : text_.substr(tokenBegin_, std::min(at_, text_.size()) - tokenBegin_)) {
        if (static_cast<unsigned char>(c) <= 0x1f) shown += fmt::format("<U+{:04X}>", static_cast<unsigned>(static_cast<unsigned char>(c)));
        else shown += c;
      }
      return fail(fmt::format("syntax error while parsing {} - {}; last read: '{}'", context, problem_, shown));
    }
    return fail(fmt::format("syntax error while parsing {} - unexpected {}; expected {}", context, tokenName(), expected));
  }

  // Lines and columns count what was read, the end of the text as one more character.
  bool fail(std::string_view message) {
    const std::string_view read = text_.substr(0, std::min(at_, text_.size()));
    std::size_t line = 1, begin = 0;
    for (std::size_t i = 0; i < read.size(); ++i)
      if (read[i] == '\n') ++line, begin = i + 1;
    error_ = ev_.fail(ErrorKind::Data, 0, "[json.exception.parse_error.101] parse error at line {}, column {}: {}", line, at_ - begin, message);
    return failed_ = true;
  }

  std::string_view tokenName() const {
    switch (token_) {
      case Token::End: return "end of input";
      case Token::Value:
        if (scalar_.is(Tag::Null)) return "null literal";
        if (scalar_.is(Tag::Bool)) return scalar_.boolean() ? "true literal" : "false literal";
        return "number literal";
      case Token::String: return "string literal";
      case Token::Open: return "'['";
      case Token::OpenObject: return "'{'";
      case Token::Close: return "']'";
      case Token::CloseObject: return "'}'";
      case Token::Colon: return "':'";
      case Token::Comma: return "','";
      case Token::Bad: break;
    }
    return "<parse error>";
  }

  // --- tokens ---

  int get() {
    const int c = at_ < text_.size() ? static_cast<unsigned char>(text_[at_]) : -1;
    ++at_;
    return c;
  }
  void unget() { --at_; }

  void bad(std::string_view problem) {
    token_ = Token::Bad;
    problem_ = problem;
  }

  void next() {
    if (failed_) return;
    int c = get();
    while (c == ' ' || c == '\t' || c == '\n' || c == '\r') c = get();
    tokenBegin_ = at_ - 1;
    switch (c) {
      case '[': token_ = Token::Open; return;
      case ']': token_ = Token::Close; return;
      case '{': token_ = Token::OpenObject; return;
      case '}': token_ = Token::CloseObject; return;
      case ':': token_ = Token::Colon; return;
      case ',': token_ = Token::Comma; return;
      case 't': return literal("true", Value::of(true));
      case 'f': return literal("false", Value::of(false));
      case 'n': return literal("null", Value::null());
      case '"': return string();
      case '-': case '0': case '1': case '2': case '3': case '4': case '5': case '6': case '7': case '8': case '9': return number(c);
      case 0: case -1: token_ = Token::End; return;
      default: return bad("invalid literal");
    }
  }

  void literal(std::string_view word, Value v) {
    for (char expected : word.substr(1))
      if (get() != expected) return bad("invalid literal");
    token_ = Token::Value;
    scalar_ = v;
  }

  static bool isDigit(int c) { return c >= '0' && c <= '9'; }

  // Reads digits after the first; gives the character behind them.
  int digits() {
    int c = get();
    while (isDigit(c)) c = get();
    return c;
  }

  void number(int c) {
    bool isFloat = false;
    if (c == '-' && !isDigit(c = get())) return bad("invalid number; expected digit after '-'");
    c = c == '0' ? get() : digits();
    if (c == '.') {
      isFloat = true;
      if (!isDigit(get())) return bad("invalid number; expected digit after '.'");
      c = digits();
    }
    if (c == 'e' || c == 'E') {
      isFloat = true;
      c = get();
      if (c == '+' || c == '-') {
        if (!isDigit(get())) return bad("invalid number; expected digit after exponent sign");
      } else if (!isDigit(c)) {
        return bad("invalid number; expected '+', '-', or digit after exponent");
      }
      digits();
    }
    unget();
    token_ = Token::Value;
    convert(text_.substr(tokenBegin_, at_ - tokenBegin_), isFloat);
  }

  void convert(std::string_view digits, bool isFloat) {
    const char* end = digits.data() + digits.size();
    std::int64_t integer = 0;
    if (!isFloat && std::from_chars(digits.data(), end, integer).ec == std::errc()) {
      scalar_ = Value::of(integer);
      return;
    }
    std::uint64_t large = 0;
    if (!isFloat && digits[0] != '-' && std::from_chars(digits.data(), end, large).ec == std::errc()) {
      error_ = ev_.fail(ErrorKind::Data, 0, "unsigned json number {} outside of Nix integer range", large);
      failed_ = true;
      return;
    }
    double real = 0;
    if (std::from_chars(digits.data(), end, real).ec != std::errc()) real = std::strtod(std::string(digits).c_str(), nullptr);
    if (!std::isfinite(real)) {
      error_ = ev_.fail(ErrorKind::Data, 0, "[json.exception.out_of_range.406] number overflow parsing '{}'", digits);
      failed_ = true;
    }
    scalar_ = Value::of(real);
  }

  void string() {
    std::string chars;
    for (;;) {
      const int c = get();
      if (c == -1) return bad("invalid string: missing closing quote");
      if (c == '"') break;
      if (c < 0x20) return bad(fmt::format("invalid string: control character U+{:04X} must be escaped to \\u{:04x}", c, c));
      if (c == '\\') {
        if (!escape(chars)) return;
      } else if (c < 0x80) {
        chars += static_cast<char>(c);
      } else if (!rune(chars)) {
        return;
      }
    }
    token_ = Token::String;
    if (chars.find('\0') != std::string::npos) {
      error_ = ev_.failText(ErrorKind::Data, 0, "a JSON string with a null byte cannot be represented as a Nix string");
      failed_ = true;
    }
    scalar_ = ev_.string(chars);
  }

  // A character beyond ASCII whose first byte was read.
  bool rune(std::string& out) {
    const base::Rune found = base::decodeRune(text_.substr(at_ - 1));
    if (!found.valid) {
      if (at_ < text_.size()) ++at_;
      bad("invalid string: ill-formed UTF-8 byte");
      return false;
    }
    out += text_.substr(at_ - 1, found.size);
    at_ += found.size - 1;
    return true;
  }

  bool escape(std::string& out) {
    switch (get()) {
      case '"': out += '"'; return true;
      case '\\': out += '\\'; return true;
      case '/': out += '/'; return true;
      case 'b': out += '\b'; return true;
      case 'f': out += '\f'; return true;
      case 'n': out += '\n'; return true;
      case 'r': out += '\r'; return true;
      case 't': out += '\t'; return true;
      case 'u': return codePoint(out);
      default: bad("invalid string: forbidden character after backslash"); return false;
    }
  }

  int hex4() {
    int code = 0;
    for (int i = 0; i < 4; ++i) {
      const int c = get();
      const int digit = isDigit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
      if (digit < 0) {
        bad("invalid string: '\\u' must be followed by 4 hex digits");
        return -1;
      }
      code = code * 16 + digit;
    }
    return code;
  }

  bool codePoint(std::string& out) {
    const int first = hex4();
    if (first < 0) return false;
    if (first >= 0xdc00 && first <= 0xdfff) {
      bad("invalid string: surrogate U+DC00..U+DFFF must follow U+D800..U+DBFF");
      return false;
    }
    if (first < 0xd800 || first > 0xdbff) {
      base::appendRune(out, static_cast<char32_t>(first));
      return true;
    }
    const bool escaped = get() == '\\' && get() == 'u';
    const int second = escaped ? hex4() : 0;
    if (second < 0) return false;
    if (second < 0xdc00 || second > 0xdfff) {
      bad("invalid string: surrogate U+D800..U+DBFF must be followed by U+DC00..U+DFFF");
      return false;
    }
    base::appendRune(out, 0x10000 + (static_cast<char32_t>(first - 0xd800) << 10) + static_cast<char32_t>(second - 0xdc00));
    return true;
  }

  Evaluator& ev_;
  std::string_view text_;
  std::size_t at_ = 0;  // characters read; the end of the text counts as one
  std::size_t tokenBegin_ = 0;
  Token token_ = Token::End;
  std::string problem_;
  Value scalar_;
  Want want_ = Want::Value;
  std::vector<Level> levels_;
  Value result_;
  Value error_;
  bool failed_ = false;
};

}  // namespace

Value fromJson(Evaluator& ev, std::string_view text) { return JsonReader(ev, text).read(); }

}  // namespace fleetd::lang
