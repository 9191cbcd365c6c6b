// Versions: components, their order, package names.
#include "kernel/lang/version.hpp"

#include <charconv>
#include <cstdint>
#include <optional>

namespace fleetd::lang {

namespace {

bool isDigit(char c) { return c >= '0' && c <= '9'; }
bool isLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool isSeparator(char c) { return c == '.' || c == '-'; }

// Takes the next component off the front; empty at the end.
std::string_view nextComponent(std::string_view* rest) {
  while (!rest->empty() && isSeparator(rest->front())) rest->remove_prefix(1);
  if (rest->empty()) return {};
  const bool digits = isDigit(rest->front());
  std::size_t size = 0;
  while (size < rest->size() && isDigit((*rest)[size]) == digits && !isSeparator((*rest)[size])) ++size;
  const std::string_view component = rest->substr(0, size);
  rest->remove_prefix(size);
  return component;
}

std::optional<std::uint32_t> number(std::string_view text) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// "pre" comes before everything, the end before numbers and letters, letters before numbers.
bool before(std::string_view a, std::string_view b) {
  const auto na = number(a), nb = number(b);
  if (na && nb) return *na < *nb;
  if (a.empty() && nb) return true;
  if (a == "pre" && b != "pre") return true;
  if (b == "pre") return false;
  if (nb) return true;
  if (na) return false;
  return a < b;
}

}  // namespace

std::vector<std::string_view> splitVersion(std::string_view version) {
  std::vector<std::string_view> out;
  for (std::string_view part = nextComponent(&version); !part.empty(); part = nextComponent(&version))
    out.push_back(part);
  return out;
}

int compareVersions(std::string_view a, std::string_view b) {
  while (!a.empty() || !b.empty()) {
    const std::string_view x = nextComponent(&a), y = nextComponent(&b);
    if (before(x, y)) return -1;
    if (before(y, x)) return 1;
  }
  return 0;
}

PackageName parsePackageName(std::string_view text) {
  for (std::size_t i = 0; i + 1 < text.size(); ++i)
    if (text[i] == '-' && !isLetter(text[i + 1])) return {text.substr(0, i), text.substr(i + 1)};
  return {text, {}};
}

}  // namespace fleetd::lang
