// Where members of a JSON text stand.
#include "kernel/fleet/json_place.hpp"

#include <gtest/gtest.h>

namespace fleetd::fleet {
namespace {

constexpr std::string_view kText = R"({
  "a": { "x\"y": [1, {"deep": true}, "]"], "b": -1.5e3 },
  "list": [ [], {}, "three" ],
  "a-b": null
})";

std::string at(const std::vector<std::string>& path) {
  const auto place = jsonPlace(kText, path);
  return place ? std::string(kText.substr(place->begin, place->end - place->begin)) : "nothing";
}

TEST(JsonPlace, Members) {
  EXPECT_EQ(at({"a"}), "\"a\"");
  EXPECT_EQ(at({"a", "x\"y"}), R"("x\"y")");
  EXPECT_EQ(at({"a", "b"}), "\"b\"");
  EXPECT_EQ(at({"a-b"}), "\"a-b\"");
  EXPECT_EQ(at({"a", "x\"y", "1", "deep"}), "\"deep\"");
}

TEST(JsonPlace, Elements) {
  EXPECT_EQ(at({"list", "2"}), "\"three\"");
  EXPECT_EQ(at({"list", "1"}), "{}");
  EXPECT_EQ(at({"list", "0"}), "[]");
  EXPECT_EQ(at({"a", "x\"y", "0"}), "1");
}

TEST(JsonPlace, Nothing) {
  for (const std::vector<std::string>& path :
       std::vector<std::vector<std::string>>{{"c"}, {"a", "deep"}, {"list", "3"}, {"a", "b", "c"}, {"a-b", "x"}})
    EXPECT_EQ(at(path), "nothing");
  // A text that is no JSON ends all the same.
  for (const std::string_view text : {"", "{", "[", "{\"", "{\"a", "{\"a\":", "[1,", "{\"b\":\"", "}", "[[[["})
    EXPECT_FALSE(jsonPlace(text, {"a", "0"})) << text;
}

}  // namespace
}  // namespace fleetd::fleet
