// A JSON reader that makes values at once. Its errors count lines and columns like the parser inside Nix.
#include "kernel/lang/json_value.hpp"

#include <algorithm>

#include "kernel/lang/json_scanner.hpp"

namespace fleetd::lang {

namespace {

class JsonReader {
 public:
  JsonReader(Evaluator& ev, std::string_view text) : ev_(ev), text_(text), in_(text) {}

  Value read() {
    next();
    while (!failed_)
      if (step()) break;
    return failed_ ? error_ : result_;
  }

 private:
  using Token = JsonToken;
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
      case Token::True: return finish(Value::of(true));
      case Token::False: return finish(Value::of(false));
      case Token::Null: return finish(Value::null());
      case Token::Integer:
      case Token::Float: return number();
      case Token::String: return textOf() ? finish(ev_.string(in_.chars())) : true;
      case Token::Open:
      case Token::OpenObject:
        levels_.emplace_back().object = token_ == Token::OpenObject;
        want_ = levels_.back().object ? Want::KeyOrClose : Want::ValueOrClose;
        next();
        return false;
      case Token::End:
      case Token::Close:
      case Token::CloseObject:
      case Token::Colon:
      case Token::Comma:
      case Token::Bad: break;
    }
    return unexpected("value", "'[', '{', or a literal");
  }

  bool key() {
    if (token_ != Token::String) return unexpected("object key", "string literal");
    if (!textOf()) return true;
    levels_.back().key = ev_.symbol(in_.chars());
    want_ = Want::Colon;
    next();
    return false;
  }

  bool textOf() {
    if (in_.chars().find('\0') == std::string::npos) return true;
    error_ = ev_.failText(ErrorKind::Data, 0, "a JSON string with a null byte cannot be represented as a Nix string");
    failed_ = true;
    return false;
  }

  bool number() {
    const JsonNumber n = jsonNumber(in_.tokenText(), token_ == Token::Float);
    switch (n.kind) {
      case JsonNumber::Kind::Integer: return finish(Value::of(n.integer));
      case JsonNumber::Kind::Real: return finish(Value::of(n.real));
      case JsonNumber::Kind::TooLarge:
        error_ = ev_.fail(ErrorKind::Data, 0, "unsigned json number {} outside of Nix integer range", in_.tokenText());
        break;
      case JsonNumber::Kind::Overflow:
        error_ = ev_.fail(ErrorKind::Data, 0, "[json.exception.out_of_range.406] number overflow parsing '{}'",
                          in_.tokenText());
        break;
    }
    return failed_ = true;
  }

  void next() { token_ = in_.next(); }

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
    if (level.object)
      level.members.push_back({level.key, 0, v});
    else
      level.elements.push_back(v);
    want_ = Want::CommaOrClose;
    return false;
  }

  bool unexpected(std::string_view context, std::string_view expected) {
    if (failed_) return true;
    if (token_ == Token::Bad) {
      std::string shown;
      for (char c : in_.tokenText()) {
        if (static_cast<unsigned char>(c) <= 0x1f)
          shown += fmt::format("<U+{:04X}>", static_cast<unsigned>(static_cast<unsigned char>(c)));
        else
          shown += c;
      }
      return fail(fmt::format("syntax error while parsing {} - {}; last read: '{}'", context, in_.problem(), shown));
    }
    return fail(
        fmt::format("syntax error while parsing {} - unexpected {}; expected {}", context, tokenName(), expected));
  }

  // Lines and columns count what was read, the end of the text as one more character. Nix looks one character beyond a
  // number, and when that ends the line it forgets the column.
  bool fail(std::string_view message) {
    const std::string_view read = text_.substr(0, std::min(in_.read(), text_.size()));
    std::size_t line = 1, begin = 0;
    for (std::size_t i = 0; i < read.size(); ++i)
      if (read[i] == '\n') ++line, begin = i + 1;
    const bool number = token_ == Token::Integer || token_ == Token::Float;
    const bool forgotten = number && in_.read() < text_.size() && text_[in_.read()] == '\n';
    error_ = ev_.fail(ErrorKind::Data, 0, "[json.exception.parse_error.101] parse error at line {}, column {}: {}",
                      line, forgotten ? 0 : in_.read() - begin, message);
    return failed_ = true;
  }

  std::string_view tokenName() const {
    switch (token_) {
      case Token::End: return "end of input";
      case Token::True: return "true literal";
      case Token::False: return "false literal";
      case Token::Null: return "null literal";
      case Token::Integer:
      case Token::Float: return "number literal";
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

  Evaluator& ev_;
  std::string_view text_;
  JsonScanner in_;
  Token token_ = Token::End;
  Want want_ = Want::Value;
  std::vector<Level> levels_;
  Value result_;
  Value error_;
  bool failed_ = false;
};

}  // namespace

Value fromJson(Evaluator& ev, std::string_view text) { return JsonReader(ev, text).read(); }

}  // namespace fleetd::lang
