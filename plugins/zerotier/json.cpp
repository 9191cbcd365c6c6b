// JSON of plain values.
#include "plugins/zerotier/json.hpp"

#include <string_view>

namespace zerotier {

namespace {

void addText(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      (out += '\\') += c;
    } else if (byte < 0x20) {
      out += "\\u00";
      (out += "0123456789abcdef"[byte >> 4]) += "0123456789abcdef"[byte & 15];
    } else {
      out += c;
    }
  }
  out += '"';
}

void add(std::string& out, const fleet::Value& value) {
  if (const auto* attrs = value.get<fleet::Attrs>()) {
    out += '{';
    bool first = true;
    for (const auto& attr : *attrs) {
      if (!std::exchange(first, false)) out += ',';
      addText(out, attr.name);
      out += ':';
      add(out, attr.value);
    }
    out += '}';
  } else if (const auto* list = value.get<fleet::List>()) {
    out += '[';
    for (std::size_t i = 0; i < list->size(); ++i) {
      if (i > 0) out += ',';
      add(out, (*list)[i]);
    }
    out += ']';
  } else if (const auto* text = value.get<std::string>()) {
    addText(out, *text);
  } else if (const auto* number = value.get<std::int64_t>()) {
    out += std::to_string(*number);
  } else if (const auto* flag = value.get<bool>()) {
    out += *flag ? "true" : "false";
  } else {
    out += "null";
  }
}

}  // namespace

std::string jsonText(const fleet::Value& value) {
  std::string out;
  add(out, value);
  return out;
}

}  // namespace zerotier
