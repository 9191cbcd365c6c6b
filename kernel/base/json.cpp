// The JSON reader: nlohmann-json's event parser fills our tree, so that limits hold while reading, not after.
#include "kernel/base/json.hpp"

#include <cmath>
#include <memory>
#include <unordered_map>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

namespace fleetd::base {

namespace {

using Events = nlohmann::json_sax<nlohmann::json>;

// Objects with fewer members are searched linearly for duplicates.
constexpr std::size_t kIndexFrom = 16;

struct Frame {
  Json value;
  std::string key;                                                      // of the member that comes next
  std::size_t reuse = static_cast<std::size_t>(-1);                     // index of an earlier member with the same key
  std::unique_ptr<std::unordered_map<std::string, std::size_t>> index;  // when the object is large
};

class TreeBuilder final : public Events {
 public:
  explicit TreeBuilder(const JsonLimits& limits) : limits_(limits) {}

  bool null() override { return add(Json()); }
  bool boolean(bool value) override { return add(Json(value)); }
  bool number_integer(number_integer_t value) override { return add(Json(static_cast<std::int64_t>(value))); }
  bool number_unsigned(number_unsigned_t value) override {
    if (std::in_range<std::int64_t>(value)) return add(Json(static_cast<std::int64_t>(value)));
    return add(Json(static_cast<std::uint64_t>(value)));
  }
  bool number_float(number_float_t value, const string_t&) override { return add(Json(value)); }
  bool string(string_t& value) override { return add(Json(std::move(value))); }
  bool binary(binary_t&) override { return false; }  // never sent for text
  bool start_object(std::size_t) override { return open(Json(Json::Object())); }
  bool start_array(std::size_t) override { return open(Json(Json::Array())); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool key(string_t& name) override;
  bool parse_error(std::size_t position, const std::string& token, const nlohmann::detail::exception& e) override;

  Json root;
  Error error;
  std::size_t offset = 0;

 private:
  bool add(Json value);
  bool open(Json container);
  bool close();
  bool fail(Code code, std::string message) {
    error = Error{code, std::move(message), "", {}};
    return false;
  }

  const JsonLimits& limits_;
  std::vector<Frame> frames_;
};

bool TreeBuilder::add(Json value) {
  if (frames_.empty()) {
    root = std::move(value);
    return true;
  }
  Frame& top = frames_.back();
  if (Json::Array* array = top.value.asArray()) {
    array->push_back(std::move(value));
    return true;
  }
  Json::Object& members = *top.value.asObject();
  if (top.reuse < members.size())
    members[top.reuse].second = std::move(value);
  else
    members.emplace_back(std::move(top.key), std::move(value));
  return true;
}

bool TreeBuilder::open(Json container) {
  if (frames_.size() >= limits_.maxDepth)
    return fail(Code::FL0004, fmt::format("JSON is nested more than {} levels deep", limits_.maxDepth));
  frames_.emplace_back().value = std::move(container);
  return true;
}

bool TreeBuilder::close() {
  Json value = std::move(frames_.back().value);
  frames_.pop_back();
  return add(std::move(value));
}

bool TreeBuilder::key(string_t& name) {
  Frame& top = frames_.back();
  const Json::Object& members = *top.value.asObject();
  top.reuse = static_cast<std::size_t>(-1);
  if (members.size() < kIndexFrom) {
    for (std::size_t i = 0; i < members.size(); ++i)
      if (members[i].first == name) top.reuse = i;
  } else {
    if (!top.index) {
      top.index = std::make_unique<std::unordered_map<std::string, std::size_t>>();
      for (std::size_t i = 0; i < members.size(); ++i) top.index->emplace(members[i].first, i);
    }
    const auto [at, isNew] = top.index->try_emplace(name, members.size());
    if (!isNew) top.reuse = at->second;
  }
  if (top.reuse < members.size() && limits_.duplicateKeys == DuplicateKeys::Refuse)
    return fail(Code::FL0006, fmt::format("the key `{}` occurs twice in one JSON object", name));
  top.key = std::move(name);
  return true;
}

// The library's text starts with "[json.exception.parse_error.101] parse error at line 1, column 2: " or just
// with the part in brackets; only what follows is for people.
bool TreeBuilder::parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception& e) {
  std::string_view reason = e.what();
  if (const auto bracket = reason.find("] "); bracket != std::string_view::npos) reason.remove_prefix(bracket + 2);
  if (reason.starts_with("parse error at ")) reason.remove_prefix(std::min(reason.find(": ") + 2, reason.size()));
  offset = position > 0 ? position - 1 : 0;  // it counts the bytes read, the offending one included
  return fail(Code::FL0006, fmt::format("malformed JSON: {}", reason));
}

}  // namespace

void appendJsonFloat(std::string& out, double value) {
  if (!std::isfinite(value)) {
    out += "null";
    return;
  }
  // Nix prints floats through this very library, so using it gives the same digits in the last rare cases,
  // too.
  char buffer[64];
  out.append(buffer, nlohmann::detail::to_chars(buffer, buffer + sizeof buffer, value));
}

const Json* Json::find(std::string_view key) const {
  if (const Object* members = asObject())
    for (const Member& member : *members)
      if (member.first == key) return &member.second;
  return nullptr;
}

std::string_view Json::stringOr(std::string_view key, std::string_view fallback) const {
  const Json* member = find(key);
  const std::string* text = member ? member->asString() : nullptr;
  return text ? std::string_view(*text) : fallback;
}

Result<Json> parseJson(std::string_view text, const JsonLimits& limits, std::size_t* failedAt) {
  if (failedAt) *failedAt = 0;
  if (text.size() > limits.maxBytes)
    return Error{Code::FL0004, fmt::format("JSON text has more than {} bytes", limits.maxBytes), "", {}};
  TreeBuilder builder(limits);
  try {
    if (nlohmann::json::sax_parse(text.begin(), text.end(), &builder)) return std::move(builder.root);
  } catch (const nlohmann::json::exception& e) {
    return Error{Code::FL0006, fmt::format("malformed JSON: {}", e.what()), "", {}};
  }
  if (failedAt) *failedAt = std::min(builder.offset, text.size());
  return std::move(builder.error);
}

void writeJson(JsonWriter& writer, const Json& value) {
  switch (value.kind()) {
    case Json::Kind::Null: writer.null(); return;
    case Json::Kind::Bool: writer.boolean(*value.asBool()); return;
    case Json::Kind::Int: writer.integer(*value.asInt()); return;
    case Json::Kind::UInt: writer.unsignedInteger(*value.asUInt()); return;
    case Json::Kind::Float: writer.real(*value.asFloat()); return;
    case Json::Kind::String: writer.string(*value.asString()); return;
    case Json::Kind::Array:
      writer.beginArray();
      for (const Json& item : *value.asArray()) writeJson(writer, item);
      writer.endArray();
      return;
    case Json::Kind::Object:
      writer.beginObject();
      for (const auto& [key, member] : *value.asObject()) {
        writer.key(key);
        writeJson(writer, member);
      }
      writer.endObject();
      return;
  }
}

std::string toJsonText(const Json& value, unsigned indent) {
  std::string out;
  JsonWriter writer(out, indent);
  writeJson(writer, value);
  return out;
}

}  // namespace fleetd::base
