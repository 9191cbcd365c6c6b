// fleet/cxx/nix_text.hpp - the small pieces of Nix source: names, option paths, numbers, strings with holes.
#pragma once
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "path.hpp"

namespace fleet::nix {

// Whether a name can stand without quotes as an attribute name and as a variable.
inline bool isIdentifier(std::string_view text) {
  static constexpr std::array<std::string_view, 10> kKeywords = {"assert", "else", "if",  "in",   "inherit",
                                                                 "let",    "or",   "rec", "then", "with"};
  return isPlainName(text) && std::find(kKeywords.begin(), kKeywords.end(), text) == kKeywords.end();
}

namespace detail {

// `$` starts a hole only before `{`, and "$$" shields what follows it: so it is escaped where a hole is near.
inline bool escapesDollar(std::string_view text, std::size_t at, bool holeFollows) {
  return at + 1 < text.size() ? text[at + 1] == '{' : holeFollows;
}

}  // namespace detail

// Appends text as it stands between double quotes. `holeFollows`: `${` comes next.
inline void appendQuoted(std::string& out, std::string_view text, bool holeFollows = false) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    switch (text[i]) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\t': out += "\\t"; break;
      case '\r': out += "\\r"; break;  // a bare one would be read as a line end
      case '$': out += detail::escapesDollar(text, i, holeFollows) ? "\\$" : "$"; break;
      default: out += text[i];
    }
  }
}

inline std::string quoted(std::string_view text) {
  std::string out = "\"";
  appendQuoted(out, text);
  out += '"';
  return out;
}

// An attribute name: bare or quoted.
inline std::string name(std::string_view text) { return isIdentifier(text) ? std::string(text) : quoted(text); }

// a."b.c".d
inline std::string path(const Path& names) {
  std::string out;
  for (const auto& each : names) {
    if (!out.empty()) out += '.';
    out += name(each);
  }
  return out;
}

// Negative numbers are in parentheses: they may stand anywhere.
inline std::string number(std::int64_t value) {
  // The smallest integer has no literal: its absolute value is out of range.
  if (value == std::numeric_limits<std::int64_t>::min()) return "(-9223372036854775807 - 1)";
  const auto text = std::to_string(value);
  return value < 0 ? "(" + text + ")" : text;
}

// The shortest text that reads back as the same double. Infinity and NaN have none: the result is empty.
inline std::string number(double value) {
  if (!std::isfinite(value)) return {};
  if (value == 0 && std::signbit(value)) return "(0.0 * (-1.0))";  // -0.0 means 0 - 0.0
  // Nix refuses subnormal literals; scaling by a power of two is exact.
  if (value != 0 && std::abs(value) < std::numeric_limits<double>::min())
    return "(" + number(value * 0x1p64) + " * 5.421010862427522e-20)";
  std::array<char, 64> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), std::abs(value)).ptr;
  std::string text(buffer.data(), end);
  // A literal has a point before its exponent.
  const auto exponent = text.find('e');
  if (text.find('.') == std::string::npos) text.insert(exponent == std::string::npos ? text.size() : exponent, ".0");
  return value < 0 ? "(-" + text + ")" : text;
}

// Text or a hole with an expression.
struct StringPart {
  std::string text;
  bool hole = false;
};

namespace detail {

// Whether the text can be written as an indented string of the same value: it has a line end, some line that
// starts at the margin (else the margin would be taken away), and nothing that has to be escaped in a way
// that depends on what stands beside it.
inline bool suitsIndented(const std::vector<StringPart>& parts) {
  bool lineEnd = false, margin = false, fresh = true;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (parts[i].hole) {
      margin = margin || fresh;
      fresh = false;
      continue;
    }
    const std::string_view text = parts[i].text;
    for (std::size_t j = 0; j < text.size(); ++j) {
      const char c = text[j];
      if (c == '\r' || (c == '\'' && (j + 1 == text.size() || text[j + 1] == '$'))) return false;
      if (c != '\n' && c != ' ' && fresh) margin = true;
      if (c == '\n') {
        // Blanks before a line end are easily lost.
        if (j > 0 && (text[j - 1] == ' ' || text[j - 1] == '\t')) return false;
        lineEnd = true;
      }
      fresh = c == '\n';
    }
  }
  if (!lineEnd || !margin || parts.empty()) return false;
  // The last line must end, or hold something: blanks before the closing quotes are dropped.
  const auto& last = parts.back();
  return last.hole || (last.text.back() != ' ' && last.text.back() != '\t');
}

inline void appendIndented(std::string& out, const std::vector<StringPart>& parts, const std::string& margin) {
  out += "''\n";
  bool fresh = true;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::string_view text = parts[i].text;
    if (parts[i].hole) {
      if (fresh) out += margin;
      fresh = false;
      out.append("${").append(text).append("}");
      continue;
    }
    const bool holeFollows = i + 1 < parts.size() && parts[i + 1].hole;
    for (std::size_t j = 0; j < text.size(); ++j) {
      if (fresh && text[j] != '\n') out += margin;
      fresh = text[j] == '\n';
      if (text[j] == '\'' && j + 1 < text.size() && text[j + 1] == '\'') {
        out += "'''";
        ++j;
      } else if (text[j] == '$' && escapesDollar(text, j, holeFollows)) {
        out += "''$";
      } else {
        out += text[j];
      }
    }
  }
  // The margin of the closing quotes is one step less; a last line without an end is followed by them.
  if (fresh) out += margin.substr(0, margin.size() - std::min<std::size_t>(margin.size(), 2));
  out += "''";
}

}  // namespace detail

// A string literal. Texts of several lines become indented strings where that cannot change them; `indent` is
// the number of blanks the literal's own line starts with. The text must not hold NUL.
inline std::string stringLiteral(std::vector<StringPart> parts, std::size_t indent) {
  // Neighbouring texts are one text, empty ones are none.
  std::vector<StringPart> joined;
  for (auto& part : parts) {
    if (!part.hole && part.text.empty()) continue;
    if (!part.hole && !joined.empty() && !joined.back().hole)
      joined.back().text += part.text;
    else
      joined.push_back(std::move(part));
  }
  std::string out;
  if (detail::suitsIndented(joined)) {
    detail::appendIndented(out, joined, std::string(indent + 2, ' '));
    return out;
  }
  out = "\"";
  for (std::size_t i = 0; i < joined.size(); ++i) {
    if (joined[i].hole)
      out += "${" + joined[i].text + "}";
    else
      appendQuoted(out, joined[i].text, i + 1 < joined.size() && joined[i + 1].hole);
  }
  out += '"';
  return out;
}

}  // namespace fleet::nix
