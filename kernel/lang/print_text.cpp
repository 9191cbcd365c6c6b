// The printer's literals: strings, names, floats.
#include <algorithm>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

#include "kernel/lang/lexer.hpp"
#include "kernel/lang/lexer_chars.hpp"
#include "kernel/lang/print.hpp"

namespace fleetd::lang {

void appendEscaped(std::string& out, std::string_view text, bool interpolationFollows) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      case '$':
        if (i + 1 < text.size() ? text[i + 1] == '{' : interpolationFollows) out += '\\';
        out += '$';
        break;
      default: out += c;
    }
  }
}

std::string printString(std::string_view text) {
  std::string out = "\"";
  appendEscaped(out, text, false);
  out += '"';
  return out;
}

bool isIdentifier(std::string_view text) {
  if (text.empty() || !isChar(text[0], kIdStart)) return false;
  if (!std::all_of(text.begin(), text.end(), [](char c) { return isChar(c, kIdPart); })) return false;
  return Lexer(text).next().kind == Tok::Id;
}

std::string printName(std::string_view name) { return isIdentifier(name) ? std::string(name) : printString(name); }

std::string printFloat(double value) {
  if (std::isnan(value)) return "(1.0e308 * 10 - 1.0e308 * 10)";
  if (std::isinf(value)) return value > 0 ? "(1.0e308 * 10)" : "(-1.0e308 * 10)";
  if (std::signbit(value)) return value == 0 ? "(-1 * 0.0)" : fmt::format("(-{})", printFloat(-value));
  // Literals that lose digits are refused, so such a value has to be computed; the division is exact.
  if (value != 0 && !std::isnormal(value))
    return fmt::format("({} / 1152921504606846976.0)", printFloat(value * 0x1p60));
  char buffer[64];
  const auto [stop, error] = std::to_chars(buffer, buffer + sizeof buffer, value);
  static_cast<void>(error);  // the buffer is large enough for every double
  std::string text(buffer, stop);
  if (const std::size_t exponent = text.find('e'); text.find('.') == std::string::npos)
    text.insert(std::min(exponent, text.size()), ".0");
  return text;
}

}  // namespace fleetd::lang
