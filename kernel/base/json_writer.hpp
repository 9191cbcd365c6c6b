// JsonWriter: deterministic JSON text, written as it comes, in the spelling of Nix's toJSON.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace fleetd::base {

// Appends a JSON string: `\b \f \n \r \t \" \\`, other control characters as \u00xx in lower case; DEL, `/`
// and non-ASCII stay. Bytes that are not UTF-8 become U+FFFD; callers that must refuse them check with
// invalidUtf8At first.
void appendJsonString(std::string& out, std::string_view text);
// Appends a float: shortest digits, always with a fraction or an exponent; infinity and NaN become null.
void appendJsonFloat(std::string& out, double value);

// Appends to a string that outlives the writer. Calls must describe one well-formed value; asserts check it
// in debug builds. indent 0 writes everything on one line without blanks; n > 0 writes one member a line, n
// blanks a level.
class JsonWriter {
 public:
  explicit JsonWriter(std::string& out, unsigned indent = 0) : out_(out), indent_(indent) {}

  JsonWriter& beginObject();
  JsonWriter& endObject();
  JsonWriter& beginArray();
  JsonWriter& endArray();
  JsonWriter& key(std::string_view name);

  JsonWriter& string(std::string_view text);
  JsonWriter& integer(std::int64_t value);
  JsonWriter& unsignedInteger(std::uint64_t value);
  JsonWriter& real(double value);
  JsonWriter& boolean(bool value);
  JsonWriter& null();
  // A value that is JSON text already.
  JsonWriter& raw(std::string_view json);

  // key + value in one call.
  JsonWriter& member(std::string_view name, std::string_view text) { return key(name).string(text); }
  JsonWriter& member(std::string_view name, const char* text) { return key(name).string(text); }
  JsonWriter& member(std::string_view name, std::int64_t value) { return key(name).integer(value); }
  JsonWriter& member(std::string_view name, bool value) { return key(name).boolean(value); }

 private:
  enum class Frame : std::uint8_t { EmptyArray, Array, EmptyObject, Object, ObjectAwaitsValue };
  void beforeValue();
  void open(char bracket, Frame frame);
  void close(char bracket, bool empty);
  void newLine();

  std::string& out_;
  unsigned indent_;
  std::vector<Frame> frames_;
};

}  // namespace fleetd::base

namespace fleetd {
using base::JsonWriter;
}  // namespace fleetd
