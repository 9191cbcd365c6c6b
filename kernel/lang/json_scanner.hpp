// The tokens of JSON texts, with the messages of the parser inside Nix. Used by json_value.cpp only.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace fleetd::lang {

enum class JsonToken : std::uint8_t {
  End,
  True,
  False,
  Null,
  Integer,
  Float,
  String,
  Open,
  OpenObject,
  Close,
  CloseObject,
  Colon,
  Comma,
  Bad
};

class JsonScanner {
 public:
  explicit JsonScanner(std::string_view text) : text_(text), at_(text.starts_with("\xef\xbb\xbf") ? 3 : 0) {}

  JsonToken next();
  std::size_t read() const { return at_; }                 // characters read; the end of the text counts as one
  std::string_view tokenText() const;                      // of the last token
  const std::string& chars() const { return chars_; }      // of a String, unescaped
  const std::string& problem() const { return problem_; }  // of a Bad token

 private:
  int get();
  JsonToken bad(std::string_view problem);
  JsonToken literal(std::string_view word, JsonToken token);
  int digits();
  JsonToken number(int first);
  JsonToken string();
  bool rune();
  bool escape();
  int hex4();
  bool codePoint();

  std::string_view text_;
  std::size_t at_;
  std::size_t begin_ = 0;
  std::string chars_;
  std::string problem_;
};

struct JsonNumber {
  enum class Kind : std::uint8_t { Integer, Real, TooLarge, Overflow };
  Kind kind = Kind::Integer;
  std::int64_t integer = 0;
  double real = 0;
};
// Integers beyond 64 bits become floats, except that those which fit without a sign are TooLarge.
JsonNumber jsonNumber(std::string_view digits, bool isFloat);

}  // namespace fleetd::lang
