// Bracket expressions as POSIX and libstdc++ read them.
#include "kernel/lang/regex_bracket.hpp"

#include <array>
#include <cctype>
#include <optional>
#include <string>
#include <utility>

namespace fleetd::lang {

namespace {

// The names of POSIX for the characters of the portable set.
std::optional<char> collatingElement(std::string_view name) {
  if (name.size() == 1 && std::isalpha(static_cast<unsigned char>(name[0]))) return name[0];
  static constexpr std::array<std::string_view, 33> kControl = {
      "NUL",   "SOH",       "STX", "ETX",     "EOT",          "ENQ",       "ACK",
      "alert", "backspace", "tab", "newline", "vertical-tab", "form-feed", "carriage-return",
      "SO",    "SI",        "DLE", "DC1",     "DC2",          "DC3",       "DC4",
      "NAK",   "SYN",       "ETB", "CAN",     "EM",           "SUB",       "ESC",
      "IS4",   "IS3",       "IS2", "IS1",     "space"};
  static constexpr std::array<std::string_view, 32> kPunctuation = {"exclamation-mark",
                                                                    "quotation-mark",
                                                                    "number-sign",
                                                                    "dollar-sign",
                                                                    "percent-sign",
                                                                    "ampersand",
                                                                    "apostrophe",
                                                                    "left-parenthesis",
                                                                    "right-parenthesis",
                                                                    "asterisk",
                                                                    "plus-sign",
                                                                    "comma",
                                                                    "hyphen",
                                                                    "period",
                                                                    "slash",
                                                                    "zero",
                                                                    "one",
                                                                    "two",
                                                                    "three",
                                                                    "four",
                                                                    "five",
                                                                    "six",
                                                                    "seven",
                                                                    "eight",
                                                                    "nine",
                                                                    "colon",
                                                                    "semicolon",
                                                                    "less-than-sign",
                                                                    "equals-sign",
                                                                    "greater-than-sign",
                                                                    "question-mark",
                                                                    "commercial-at"};
  static constexpr std::array<std::string_view, 6> kBrackets = {
      "left-square-bracket", "backslash", "right-square-bracket", "circumflex", "underscore", "grave-accent"};
  static constexpr std::array<std::string_view, 5> kBraces = {"left-curly-bracket", "vertical-line",
                                                              "right-curly-bracket", "tilde", "DEL"};
  auto in = [&](const auto& names, int first) -> std::optional<char> {
    for (std::size_t i = 0; i < names.size(); ++i)
      if (names[i] == name) return static_cast<char>(first + static_cast<int>(i));
    return std::nullopt;
  };
  if (const auto c = in(kControl, 0)) return c;
  if (const auto c = in(kPunctuation, '!')) return c;
  if (const auto c = in(kBrackets, '[')) return c;
  return in(kBraces, '{');
}

// Bracket expressions: the members as a set of bytes. Ranges compare signed chars, as the reference platform does.
class Bracket {
 public:
  Bracket(std::string_view text, std::size_t at) : text_(text), at_(at) {}

  bool parse(std::bitset<256>* out) {
    const bool negated = at_ < text_.size() && text_[at_] == '^';
    if (negated) ++at_;
    if (!advance()) return false;
    if (token_ == Token::Char || token_ == Token::Dash) {
      keep(value_[0]);
      if (!advance()) return false;
    }
    bool more = true;
    while (more)
      if (!term(&more)) return false;
    if (last_ == Last::Char) add(lastChar_);
    *out = negated ? ~set_ : set_;
    return true;
  }
  std::size_t end() const { return at_; }

 private:
  enum class Token : std::uint8_t { Char, Dash, End, Class, Collating, Equivalence };
  enum class Last : std::uint8_t { None, Char, Class };

  bool advance() {
    if (at_ >= text_.size()) return false;
    const char c = text_[at_++];
    const bool first = std::exchange(first_, false);
    value_.assign(1, c);
    token_ = Token::Char;
    if (c == '-') token_ = Token::Dash;
    if (c == ']' && !first) token_ = Token::End;
    if (c != '[') return true;
    if (at_ >= text_.size()) return false;
    const char mark = text_[at_];
    if (mark != '.' && mark != ':' && mark != '=') return true;
    const std::size_t close = text_.find(mark, ++at_);
    if (close == std::string_view::npos || close + 1 >= text_.size() || text_[close + 1] != ']') return false;
    value_ = text_.substr(at_, close - at_);
    at_ = close + 2;
    token_ = mark == '.' ? Token::Collating : mark == ':' ? Token::Class : Token::Equivalence;
    return true;
  }

  void add(char c) { set_.set(static_cast<unsigned char>(c)); }
  void flush(Last last) {
    if (last_ == Last::Char) add(lastChar_);
    last_ = last;
  }
  void keep(char c) {
    flush(Last::Char);
    lastChar_ = c;
  }
  bool range(char low, char high) {
    const auto a = static_cast<signed char>(low), b = static_cast<signed char>(high);
    if (a > b) return false;
    for (int c = a; c <= b; ++c) add(static_cast<char>(c));
    last_ = Last::None;
    return true;
  }

  bool term(bool* more) {
    switch (token_) {
      case Token::End: *more = false; return true;
      case Token::Char: keep(value_[0]); return advance();
      case Token::Dash: return dash(more);
      case Token::Class: flush(Last::Class); return addClass() && advance();
      case Token::Collating: {
        const auto c = collatingElement(value_);
        if (!c) return false;
        keep(*c);
        add(*c);
        return advance();
      }
      case Token::Equivalence: {
        const auto c = collatingElement(value_);
        if (!c) return false;
        flush(Last::Class);
        for (int i = 0; i < 128; ++i)
          if (std::tolower(i) == std::tolower(static_cast<unsigned char>(*c))) add(static_cast<char>(i));
        return advance();
      }
    }
    return false;
  }

  // A dash is a range after a character, and literal before the closing bracket; anywhere else it is refused.
  bool dash(bool* more) {
    if (!advance()) return false;
    if (token_ == Token::End) {
      keep('-');
      *more = false;
      return true;
    }
    if (last_ != Last::Char || (token_ != Token::Char && token_ != Token::Dash)) return false;
    return range(lastChar_, value_[0]) && advance();
  }

  bool addClass() {
    struct Class {
      std::string_view name;
      int (*test)(int);
    };
    static constexpr auto word = [](int c) -> int { return std::isalnum(c) || c == '_'; };
    static const Class kClasses[] = {
        {"d", std::isdigit},       {"w", word},
        {"s", std::isspace},       {"alnum", std::isalnum},
        {"alpha", std::isalpha},   {"blank", std::isblank},
        {"cntrl", std::iscntrl},   {"digit", std::isdigit},
        {"graph", std::isgraph},   {"lower", std::islower},
        {"print", std::isprint},   {"punct", std::ispunct},
        {"space", std::isspace},   {"upper", std::isupper},
        {"xdigit", std::isxdigit},
    };
    std::string name(value_);
    for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    for (const Class& entry : kClasses) {
      if (entry.name != name) continue;
      for (int c = 0; c < 128; ++c)
        if (entry.test(c)) add(static_cast<char>(c));
      return true;
    }
    return false;
  }

  std::string_view text_;
  std::size_t at_;
  bool first_ = true;
  Token token_ = Token::End;
  std::string value_;
  Last last_ = Last::None;
  char lastChar_ = 0;
  std::bitset<256> set_;
};

}  // namespace

bool readBracket(std::string_view text, std::size_t* at, std::bitset<256>* members) {
  Bracket bracket(text, *at);
  if (!bracket.parse(members)) return false;
  *at = bracket.end();
  return true;
}

}  // namespace fleetd::lang
