// fleet/cxx/mapping.hpp - helpers for maps with named fields: write only what is set, read in any order.
#pragma once
#include <string_view>

#include "value_codec.hpp"

namespace fleet {

// What a reader does with a field it does not know: a kernel refuses it, a plugin skips what a newer kernel
// added.
enum class Unknown : std::uint8_t { refuse, skip };

// Collects the fields of one map. Fields must be added in the order of their names.
class FieldPacker {
 public:
  FieldPacker() { body_.reserve(kUsual); }
  Packer& field(std::string_view name) {
    ++count_;
    body_.str(name);
    return body_;
  }
  void text(std::string_view name, std::string_view value) {
    if (!value.empty()) field(name).str(value);
  }
  void value(std::string_view name, const Value& value) {
    if (!value.isNil()) pack(field(name), value);
  }
  void finish(Packer& out) const {
    out.map(count_);
    out.raw(body_.view());
  }

 private:
  static constexpr std::size_t kUsual = 240;  // most maps are smaller: their room is asked for once
  Packer body_;
  std::size_t count_ = 0;
};

// Reads a map: `read(name)` consumes the value of a known field and answers true; false means that it knows
// no such field.
template <class F>
Result<void> readFields(Reader& in, Unknown unknown, F&& read) {
  FLEET_TRY_ASSIGN(const auto count, in.map());
  for (std::uint32_t i = 0; i < count; ++i) {
    FLEET_TRY_ASSIGN(const auto name, in.str());
    Result<bool> known = read(name);
    if (!known) return under(name, std::move(known).error());
    if (*known) continue;
    if (unknown == Unknown::refuse) return malformed("unknown field", std::string(name));
    FLEET_TRY(in.skip());
  }
  return {};
}

// Reads an array: `read()` consumes one element.
template <class F>
Result<void> readElements(Reader& in, F&& read) {
  FLEET_TRY_ASSIGN(const auto count, in.array());
  for (std::uint32_t i = 0; i < count; ++i) {
    auto done = read();
    if (!done) return under(std::to_string(i), std::move(done).error());
  }
  return {};
}

inline Result<bool> readInto(Reader& in, std::string& out) {
  FLEET_TRY_ASSIGN(out, in.str());
  return true;
}
inline Result<bool> readInto(Reader& in, bool& out) {
  FLEET_TRY_ASSIGN(out, in.boolean());
  return true;
}
inline Result<bool> readInto(Reader& in, std::int64_t& out) {
  FLEET_TRY_ASSIGN(out, in.integer());
  return true;
}
inline Result<bool> readInto(Reader& in, std::int32_t& out) {
  FLEET_TRY_ASSIGN(out, readInt32(in));
  return true;
}
inline Result<bool> readInto(Reader& in, Path& out) {  // also any list of non-empty names
  FLEET_TRY_ASSIGN(out, readPath(in));
  return true;
}
inline Result<bool> readInto(Reader& in, Value& out) {
  FLEET_TRY_ASSIGN(out, readValue(in));
  return true;
}

// A list of texts of any length.
inline Result<bool> readTexts(Reader& in, std::vector<std::string>& out) {
  FLEET_TRY(readElements(in, [&]() -> Result<void> {
    FLEET_TRY_ASSIGN(const auto text, in.str());
    out.emplace_back(text);
    return {};
  }));
  return true;
}

inline void packTexts(Packer& out, const std::vector<std::string>& texts) {
  out.array(texts.size());
  for (const auto& text : texts) out.str(text);
}

}  // namespace fleet
