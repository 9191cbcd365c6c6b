// Paths of options: their parts, their text, their form in the language.
#include <algorithm>
#include <array>
#include <vector>

#include "kernel/compose/compose.hpp"
#include "kernel/compose/type_text.hpp"

namespace fleetd::compose {

namespace {

constexpr std::array kKeywords = {"assert", "else", "if", "in", "inherit", "let", "or", "rec", "then", "with"};

bool isIdentifier(std::string_view text) {
  auto letter = [](char ch) { return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || ch == '_'; };
  if (text.empty() || !letter(text.front())) return false;
  const bool plain = std::all_of(text.begin(), text.end(), [&](char ch) {
    return letter(ch) || (ch >= '0' && ch <= '9') || ch == '\'' || ch == '-';
  });
  return plain && std::find(kKeywords.begin(), kKeywords.end(), text) == kKeywords.end();
}

std::vector<const Loc*> partsOf(const Loc* loc) {
  std::vector<const Loc*> parts;
  for (; loc; loc = loc->up) parts.push_back(loc);
  std::reverse(parts.begin(), parts.end());
  return parts;
}

}  // namespace

std::string nixIdentifier(std::string_view text) {
  if (isIdentifier(text)) return std::string(text);
  return quoted(text);
}

std::string showOptionPart(std::string_view part) {
  const bool placeholder = part == "*" || (part.size() >= 2 && part.front() == '<' && part.back() == '>');
  return placeholder ? std::string(part) : nixIdentifier(part);
}

std::string locPart(const Compose& c, const Loc* loc) {
  if (loc->name) return std::string(c.text(loc->name));
  return fmt::format("[definition {}-entry {}]", loc->definition, loc->entry);
}

std::string showOption(const Compose& c, const Loc* loc) {
  std::string out;
  for (const Loc* part : partsOf(loc)) {
    if (!out.empty()) out += '.';
    out += showOptionPart(locPart(c, part));
  }
  return out;
}

Value locList(Compose& c, const Loc* loc) {
  const auto parts = partsOf(loc);
  auto out = c.ev.newList(static_cast<std::uint32_t>(parts.size()));
  for (std::size_t i = 0; i < parts.size(); ++i)
    out[i] = parts[i]->name ? Value::text(c.text(parts[i]->name)) : c.ev.string(locPart(c, parts[i]));
  return Value::list(out);
}

const Loc* locFromList(Compose& c, const Loc* up, Value list, Value* error) {
  list = c.ev.force(list);
  if (!list.is(Tag::List)) {
    *error = list.isError() ? list : c.ev.typeError("a list", list, 0);
    return up;
  }
  for (Value part : list.list()) {
    part = c.ev.force(part);
    if (!part.is(Tag::String)) {
      *error = part.isError() ? part : c.ev.typeError("a string", part, 0);
      return up;
    }
    up = c.namedLoc(up, part.string());
  }
  return up;
}

}  // namespace fleetd::compose
