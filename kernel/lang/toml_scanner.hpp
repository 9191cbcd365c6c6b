// The characters of a TOML document: blanks, comments, strings, keys, numbers. Used by toml.cpp only.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fleetd::lang {

struct TomlNumber {
  bool isFloat = false;
  std::int64_t integer = 0;
  double real = 0;
};

// Every function that returns false or nothing has set an error.
class TomlScanner {
 public:
  explicit TomlScanner(std::string_view text) : text_(text) {}

  bool atEnd() const { return at_ >= text_.size(); }
  char peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
  bool take(char c);
  bool startsWith(std::string_view word) const { return text_.substr(at_).starts_with(word); }
  void skip(std::size_t count) { at_ += count; }

  void blanks();      // spaces and tabs
  bool comment();     // to the end of the line, if there is one
  bool newline();     // takes one; false without an error when there is none
  bool endOfLine();   // blanks, a comment, then a newline or the end
  bool blankLines();  // blanks, comments and newlines, as allowed inside arrays

  bool key(std::vector<std::string>* path);  // a.b."c d"
  bool string(std::string* out);             // any of the four kinds; the next character is a quote
  std::optional<TomlNumber> number();        // a date or time is an error here
  bool fail(std::string_view message);

  const std::string& error() const { return error_; }

 private:
  bool simpleKey(std::string* out);
  bool basic(std::string* out, bool multiline);
  bool literal(std::string* out, bool multiline);
  bool escape(std::string* out, bool multiline);
  bool plainCharacter(std::string* out, bool multiline);
  bool endsMultiline(std::string* out, char quote, bool* done);
  std::optional<TomlNumber> integer(std::string_view word, int base);

  std::string_view text_;
  std::size_t at_ = 0;
  std::string error_;
};

}  // namespace fleetd::lang
