// Values as text, and whether they are known.
#include "kernel/fleet/value_text.hpp"

#include <algorithm>

#include "kernel/lang/print.hpp"
#include "kernel/lang/unknown.hpp"

namespace fleetd::fleet {

namespace {

using lang::Tag;
using lang::Value;

constexpr std::size_t kShortLine = 100;
constexpr std::size_t kMaxParts = 64;

std::string listText(lang::Evaluator& ev, Value v, std::size_t indent) {
  std::vector<std::string> parts;
  std::size_t width = 4;
  bool lines = false;
  for (const Value& element : v.list()) {
    parts.push_back(valueText(ev, element, indent + 2));
    width += parts.back().size() + 1;
    lines = lines || parts.back().find('\n') != std::string::npos;
  }
  if (parts.empty()) return "[ ]";
  const bool flat = !lines && width + indent <= kShortLine;
  const std::string gap = flat ? " " : "\n" + std::string(indent + 2, ' ');
  std::string out = "[";
  for (const std::string& part : parts) out += gap + part;
  return out + (flat ? " ]" : "\n" + std::string(indent, ' ') + "]");
}

std::string setText(lang::Evaluator& ev, Value v, std::size_t indent) {
  if (v.attrs->size == 0) return "{ }";
  std::string out = "{";
  for (const lang::Attr* attr : ev.sortedByName(v.attrs))
    out += "\n" + std::string(indent + 2, ' ') + lang::printName(ev.text(attr->name)) + " = " +
           valueText(ev, attr->value, indent + 2) + ";";
  return out + "\n" + std::string(indent, ' ') + "}";
}

}  // namespace

std::string valueText(lang::Evaluator& ev, Value v, std::size_t indent) {
  v = ev.force(v);
  Value error;
  switch (v.tag) {
    case Tag::String: return lang::printString(v.string());
    case Tag::Float: return lang::printFloat(v.real);
    case Tag::List:
    case Tag::Attrs: {
      if (v.is(Tag::Attrs) && (v.attrs->find(ev.names().outPath) || v.attrs->find(ev.names().functor)))
        return ev.show(v, 1);
      if (!ev.enter(0, &error)) return "…";
      std::string out = v.is(Tag::List) ? listText(ev, v, indent) : setText(ev, v, indent);
      ev.leave();
      return out;
    }
    case Tag::Unknown: return lang::printUnknown(ev, v);
    case Tag::Error: return "«error: " + std::string(v.error->message) + "»";
    default: return ev.show(v);
  }
}

bool hasUnknown(lang::Evaluator& ev, Value v, std::vector<std::string>* parts) {
  v = ev.force(v);
  if (v.isUnknown()) {
    if (parts && parts->size() < kMaxParts) {
      std::string text = lang::printUnknown(ev, v);
      if (std::find(parts->begin(), parts->end(), text) == parts->end()) parts->push_back(std::move(text));
    }
    return true;
  }
  Value error;
  if ((!v.is(Tag::List) && !v.is(Tag::Attrs)) || !ev.enter(0, &error)) return false;
  bool found = false;
  const auto look = [&](Value inner) { found = hasUnknown(ev, inner, parts) || found; };
  if (v.is(Tag::List)) {
    for (const Value& element : v.list()) {
      look(element);
      if (found && !parts) break;
    }
  } else if (!v.attrs->find(ev.names().outPath) && !v.attrs->find(ev.names().functor)) {
    for (const lang::Attr* attr : ev.sortedByName(v.attrs)) {
      look(attr->value);
      if (found && !parts) break;
    }
  }
  ev.leave();
  return found;
}

}  // namespace fleetd::fleet
