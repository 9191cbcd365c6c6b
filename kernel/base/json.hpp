// Json: a JSON document in memory with its members in the order of the text; a strict, bounded reader.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "kernel/base/json_writer.hpp"
#include "kernel/base/result.hpp"

namespace fleetd::base {

class Json {
 public:
  using Array = std::vector<Json>;
  using Member = std::pair<std::string, Json>;
  using Object = std::vector<Member>;
  // In the order of the alternatives of the variant. UInt only for integers above the range of int64.
  enum class Kind : std::uint8_t { Null, Bool, Int, UInt, Float, String, Array, Object };

  Json() = default;
  explicit Json(bool value) : data_(value) {}
  explicit Json(std::int64_t value) : data_(value) {}
  explicit Json(std::uint64_t value) : data_(value) {}
  explicit Json(double value) : data_(value) {}
  explicit Json(std::string value) : data_(std::move(value)) {}
  explicit Json(const char* value) : data_(std::string(value)) {}
  explicit Json(Array value) : data_(std::move(value)) {}
  explicit Json(Object value) : data_(std::move(value)) {}

  Kind kind() const { return static_cast<Kind>(data_.index()); }
  bool isNull() const { return kind() == Kind::Null; }
  // Null when the value is of another kind.
  const bool* asBool() const { return std::get_if<bool>(&data_); }
  const std::int64_t* asInt() const { return std::get_if<std::int64_t>(&data_); }
  const std::uint64_t* asUInt() const { return std::get_if<std::uint64_t>(&data_); }
  const double* asFloat() const { return std::get_if<double>(&data_); }
  const std::string* asString() const { return std::get_if<std::string>(&data_); }
  const Array* asArray() const { return std::get_if<Array>(&data_); }
  const Object* asObject() const { return std::get_if<Object>(&data_); }
  Array* asArray() { return std::get_if<Array>(&data_); }
  Object* asObject() { return std::get_if<Object>(&data_); }

  // The member of an object, or null; O(members).
  const Json* find(std::string_view key) const;
  // The text of a string member, or the fallback.
  std::string_view stringOr(std::string_view key, std::string_view fallback) const;

  // Equal as JSON values, except that the order of members counts and ints never equal floats.
  friend bool operator==(const Json&, const Json&) = default;

 private:
  std::variant<std::monostate, bool, std::int64_t, std::uint64_t, double, std::string, Array, Object> data_;
};

enum class DuplicateKeys : std::uint8_t { LastWins, Refuse };

struct JsonLimits {
  std::size_t maxBytes = 64u << 20;
  std::size_t maxDepth = 512;                             // nested arrays and objects
  DuplicateKeys duplicateKeys = DuplicateKeys::LastWins;  // the last value at the place of the first, as Nix's fromJSON
};

// Reads exactly one JSON value (RFC 8259: no comments, no trailing commas, valid UTF-8). On failure returns
// FL0006 or FL0004; `failedAt`, if given, receives the byte offset.
Result<Json> parseJson(std::string_view text, const JsonLimits& limits = {}, std::size_t* failedAt = nullptr);

void writeJson(JsonWriter& writer, const Json& value);
std::string toJsonText(const Json& value, unsigned indent = 0);

}  // namespace fleetd::base

namespace fleetd {
using base::Json;
}  // namespace fleetd
