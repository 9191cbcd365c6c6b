// JsonWriter. Floats are in json.cpp, beside the only other use of nlohmann-json.
#include "kernel/base/json_writer.hpp"

#include <cassert>

#include <fmt/core.h>

#include "kernel/base/text.hpp"

namespace fleetd::base {

namespace {

// The two-character escape of a control character, or 0.
char shortEscape(unsigned char c) {
  switch (c) {
    case '"': return '"';
    case '\\': return '\\';
    case '\b': return 'b';
    case '\f': return 'f';
    case '\n': return 'n';
    case '\r': return 'r';
    case '\t': return 't';
    default: return 0;
  }
}

bool isPlain(unsigned char c) { return c >= 0x20 && c < 0x80 && c != '"' && c != '\\'; }

}  // namespace

void appendJsonString(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    std::size_t plain = 0;
    while (plain < text.size() && isPlain(static_cast<unsigned char>(text[plain]))) ++plain;
    out.append(text.substr(0, plain));
    text.remove_prefix(plain);
    if (text.empty()) break;
    const auto c = static_cast<unsigned char>(text[0]);
    if (c >= 0x80) {
      const Rune rune = decodeRune(text);
      out += rune.valid ? text.substr(0, rune.size) : std::string_view("\xEF\xBF\xBD");
      text.remove_prefix(rune.size);
      continue;
    }
    if (const char escape = shortEscape(c)) {
      out += '\\';
      out += escape;
    } else {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    }
    text.remove_prefix(1);
  }
  out += '"';
}

void JsonWriter::newLine() {
  if (indent_ == 0) return;
  out_ += '\n';
  out_.append(frames_.size() * indent_, ' ');
}

void JsonWriter::beforeValue() {
  if (frames_.empty()) return;
  Frame& top = frames_.back();
  switch (top) {
    case Frame::ObjectAwaitsValue: top = Frame::Object; return;
    case Frame::EmptyArray: top = Frame::Array; break;
    case Frame::Array: out_ += ','; break;
    case Frame::EmptyObject:
    case Frame::Object: assert(false && "a member needs a key first"); break;
  }
  newLine();
}

void JsonWriter::open(char bracket, Frame frame) {
  beforeValue();
  out_ += bracket;
  frames_.push_back(frame);
}

void JsonWriter::close(char bracket, bool empty) {
  frames_.pop_back();
  if (!empty) newLine();
  out_ += bracket;
}

JsonWriter& JsonWriter::beginObject() {
  open('{', Frame::EmptyObject);
  return *this;
}

JsonWriter& JsonWriter::beginArray() {
  open('[', Frame::EmptyArray);
  return *this;
}

JsonWriter& JsonWriter::endObject() {
  assert(!frames_.empty() && (frames_.back() == Frame::Object || frames_.back() == Frame::EmptyObject));
  close('}', frames_.back() == Frame::EmptyObject);
  return *this;
}

JsonWriter& JsonWriter::endArray() {
  assert(!frames_.empty() && (frames_.back() == Frame::Array || frames_.back() == Frame::EmptyArray));
  close(']', frames_.back() == Frame::EmptyArray);
  return *this;
}

JsonWriter& JsonWriter::key(std::string_view name) {
  assert(!frames_.empty() && (frames_.back() == Frame::Object || frames_.back() == Frame::EmptyObject));
  if (frames_.back() == Frame::Object) out_ += ',';
  frames_.back() = Frame::ObjectAwaitsValue;
  newLine();
  appendJsonString(out_, name);
  out_ += indent_ == 0 ? ":" : ": ";
  return *this;
}

JsonWriter& JsonWriter::string(std::string_view text) {
  beforeValue();
  appendJsonString(out_, text);
  return *this;
}

JsonWriter& JsonWriter::integer(std::int64_t value) {
  beforeValue();
  out_ += std::to_string(value);
  return *this;
}

JsonWriter& JsonWriter::unsignedInteger(std::uint64_t value) {
  beforeValue();
  out_ += std::to_string(value);
  return *this;
}

JsonWriter& JsonWriter::real(double value) {
  beforeValue();
  appendJsonFloat(out_, value);
  return *this;
}

JsonWriter& JsonWriter::boolean(bool value) { return raw(value ? "true" : "false"); }

JsonWriter& JsonWriter::null() { return raw("null"); }

JsonWriter& JsonWriter::raw(std::string_view json) {
  beforeValue();
  out_ += json;
  return *this;
}

}  // namespace fleetd::base
