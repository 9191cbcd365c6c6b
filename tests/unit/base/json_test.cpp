// The strict, bounded JSON reader.
#include "kernel/base/json.hpp"

#include <gtest/gtest.h>

#include <fmt/core.h>

namespace fleetd::base {
namespace {

TEST(Json, ReadsEveryKind) {
  const auto json = parseJson(
      R"( {"n":null,"t":true,"i":-5,"u":18446744073709551615,"f":1.5,"e":1e2,"s":"a\u00e4\n","a":[1,[]],"o":{}} )");
  ASSERT_TRUE(json) << json.error().message;
  EXPECT_TRUE(json->find("n")->isNull());
  EXPECT_EQ(*json->find("t")->asBool(), true);
  EXPECT_EQ(*json->find("i")->asInt(), -5);
  EXPECT_EQ(*json->find("u")->asUInt(), 18446744073709551615ull);
  EXPECT_EQ(*json->find("f")->asFloat(), 1.5);
  EXPECT_EQ(json->find("e")->kind(), Json::Kind::Float);
  EXPECT_EQ(json->stringOr("s", ""), "aä\n");
  EXPECT_EQ(json->find("a")->asArray()->size(), 2u);
  EXPECT_EQ(json->find("o")->asObject()->size(), 0u);
  EXPECT_EQ(json->find("missing"), nullptr);
  EXPECT_EQ(json->stringOr("i", "other kind"), "other kind");
  EXPECT_EQ(json->asInt(), nullptr);
}

TEST(Json, KeepsTheOrderOfMembers) {
  const std::string text = R"({"z":1,"a":[true,{"m":0.25,"b":"x"}],"k":null})";
  EXPECT_EQ(toJsonText(*parseJson(text)), text);
}

TEST(Json, BorderOfTheIntegers) {
  EXPECT_EQ(*parseJson("9223372036854775807")->asInt(), 9223372036854775807);
  EXPECT_EQ(*parseJson("-9223372036854775808")->asInt(), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(parseJson("9223372036854775808")->kind(), Json::Kind::UInt);
  EXPECT_EQ(parseJson("-9223372036854775809")->kind(), Json::Kind::Float);
  EXPECT_EQ(parseJson("18446744073709551616")->kind(), Json::Kind::Float);
}

TEST(Json, DuplicateKeys) {
  EXPECT_EQ(toJsonText(*parseJson(R"({"a":1,"b":2,"a":{"c":3}})")), R"({"a":{"c":3},"b":2})");
  JsonLimits strict;
  strict.duplicateKeys = DuplicateKeys::Refuse;
  EXPECT_EQ(parseJson(R"({"a":1,"a":1})", strict).error().code, Code::FL0006);
  EXPECT_TRUE(parseJson(R"({"a":{"a":1},"b":{"a":1}})", strict));
}

TEST(Json, DuplicateKeysInLargeObjects) {
  std::string text = "{";
  for (int i = 0; i < 100; ++i) text += fmt::format("\"k{}\":{},", i % 60, i);
  text += "\"last\":0}";
  const auto json = parseJson(text);
  ASSERT_TRUE(json);
  EXPECT_EQ(json->asObject()->size(), 61u);
  EXPECT_EQ(*json->find("k3")->asInt(), 63);
  EXPECT_EQ(*json->find("k59")->asInt(), 59);
}

TEST(Json, ErrorsCarryTheOffset) {
  const std::pair<const char*, std::size_t> cases[] = {
      {"", 0},         {"{", 1},   {"[1,]", 3},    {"{\"a\" 1}", 5},
      {"[1] x", 4},    {"tru", 3}, {"{'a':1}", 1}, {"[1,\n 2,\n x]", 9},
      {"\"a\tb\"", 2}, {"01", 1},  {"// c\n1", 0}, {"[1e400]", 5}};
  for (const auto& [text, offset] : cases) {
    std::size_t at = 999;
    const auto json = parseJson(text, {}, &at);
    ASSERT_FALSE(json) << text;
    EXPECT_EQ(json.error().code, Code::FL0006) << text;
    EXPECT_EQ(json.error().message.find("json.exception"), std::string::npos) << json.error().message;
    EXPECT_EQ(at, offset) << text << ": " << json.error().message;
  }
  EXPECT_FALSE(parseJson("\"\xFF\"")) << "not UTF-8";
}

TEST(Json, LimitsHold) {
  const std::string deep = std::string(513, '[') + std::string(513, ']');
  EXPECT_EQ(parseJson(deep).error().code, Code::FL0004);
  EXPECT_TRUE(parseJson(deep.substr(1, deep.size() - 2)));
  // NOLINTNEXTLINE(bugprone-string-constructor): the size is meant
  const std::string endless(10'000'000, '[');
  // Far deeper than any stack: the limit must stop the reader, not the end of the text.
  EXPECT_EQ(parseJson(endless).error().code, Code::FL0004);
  JsonLimits small;
  small.maxBytes = 3;
  EXPECT_TRUE(parseJson("123", small));
  EXPECT_EQ(parseJson("1234", small).error().code, Code::FL0004);
}

}  // namespace
}  // namespace fleetd::base
