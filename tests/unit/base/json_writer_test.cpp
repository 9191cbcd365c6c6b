// The spelling of JSON, byte for byte.
#include "kernel/base/json_writer.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace fleetd::base {
namespace {

std::string quoted(std::string_view text) {
  std::string out;
  appendJsonString(out, text);
  return out;
}

std::string spelled(double value) {
  std::string out;
  appendJsonFloat(out, value);
  return out;
}

TEST(JsonWriter, StringsAsNixWritesThem) {
  EXPECT_EQ(quoted(""), R"("")");
  EXPECT_EQ(quoted("a\"\\/\b\f\n\r\t"), R"("a\"\\/\b\f\n\r\t")");
  EXPECT_EQ(quoted(std::string_view("\0\x01\x1b\x1f\x7f", 5)), "\"\\u0000\\u0001\\u001b\\u001f\x7f\"");
  EXPECT_EQ(quoted("ä€𝄞"), "\"ä€𝄞\"");
  EXPECT_EQ(quoted("x\xFFy\xC3"), "\"x\xEF\xBF\xBDy\xEF\xBF\xBD\"");
}

TEST(JsonWriter, FloatsAsNixWritesThem) {
  const std::pair<double, const char*> cases[] = {{1.0, "1.0"},
                                                  {-0.0, "-0.0"},
                                                  {0.1, "0.1"},
                                                  {1e10, "10000000000.0"},
                                                  {999999999999999.0, "999999999999999.0"},
                                                  {1e15, "1e+15"},
                                                  {1.5e300, "1.5e+300"},
                                                  {0.0001, "0.0001"},
                                                  {1e-5, "1e-05"},
                                                  {5e-324, "5e-324"},
                                                  {1.0 / 3, "0.3333333333333333"},
                                                  {1.7976931348623157e308, "1.7976931348623157e+308"}};
  for (const auto& [value, text] : cases) EXPECT_EQ(spelled(value), text);
  EXPECT_EQ(spelled(std::numeric_limits<double>::infinity()), "null");
  EXPECT_EQ(spelled(std::numeric_limits<double>::quiet_NaN()), "null");
}

TEST(JsonWriter, Compact) {
  std::string out;
  JsonWriter json(out);
  json.beginObject().member("a", std::int64_t{-1}).key("b").beginArray().null().boolean(true).real(0.5).endArray();
  json.key("c").beginObject().endObject().key("d").beginArray().endArray().member("e", "x").key("f").raw("[1]");
  json.key("g").unsignedInteger(std::numeric_limits<std::uint64_t>::max()).member("h", false).endObject();
  EXPECT_EQ(out, R"({"a":-1,"b":[null,true,0.5],"c":{},"d":[],"e":"x","f":[1],"g":18446744073709551615,"h":false})");
}

TEST(JsonWriter, Indented) {
  std::string out;
  JsonWriter json(out, 2);
  json.beginArray().beginObject().member("k", "v").key("n").beginArray().endArray().endObject().integer(2).endArray();
  EXPECT_EQ(out, "[\n  {\n    \"k\": \"v\",\n    \"n\": []\n  },\n  2\n]");
}

}  // namespace
}  // namespace fleetd::base
