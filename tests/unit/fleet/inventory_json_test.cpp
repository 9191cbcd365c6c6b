// What is no JSON is refused at its place, with a hint.
#include "kernel/fleet/inventory_json.hpp"

#include <gtest/gtest.h>

namespace fleetd::fleet {
namespace {

struct Refused {
  std::string message, hint;
  TextRange at;
};

Refused refused(std::string_view text) {
  Refused out;
  const auto document = parseInventory(text, &out.at);
  EXPECT_FALSE(document) << text;
  if (document) return out;
  out.message = document.error().message;
  out.hint = document.error().hint;
  return out;
}

TEST(InventoryJson, HintsForWhatPeopleWrite) {
  EXPECT_EQ(refused("").hint, "an inventory that says nothing is {}");
  EXPECT_EQ(refused(" \n ").hint, "an inventory that says nothing is {}");
  EXPECT_EQ(refused("{ # no\n}").hint, "JSON has no comments");
  EXPECT_EQ(refused("{ \"a\": 1, }").hint, "no comma stands after the last entry");
  EXPECT_EQ(refused("{ \"a\": [1, ] }").hint, "no comma stands after the last entry");
  EXPECT_EQ(refused("{ 'a': 1 }").hint, "texts stand in double quotes");
  EXPECT_NE(refused("{ \"a\" = 1; }").hint.find("Nix"), std::string::npos);
  EXPECT_EQ(refused("{ \"a\" 1 }").hint, "");
}

TEST(InventoryJson, NamesThatStandTwice) {
  const Refused one = refused("{\"a\": {\"b\": 1, \"c\": [{\"d\": 1}, {\"d\": 2, \"\\u0064\": 3}]}}");
  EXPECT_NE(one.message.find("\"\\u0064\" occurs twice"), std::string::npos) << one.message;
  EXPECT_EQ(one.at.begin, 40u);
  EXPECT_TRUE(parseInventory("{\"a\": {\"b\": 1}, \"b\": {\"a\": \"a\"}}", nullptr));
}

TEST(InventoryJson, BytesThatAreNoText) {
  EXPECT_EQ(refused("\xef\xbb\xbf{}").at.end, 3u);
  EXPECT_EQ(refused("{\"a\": \"\xc3\"}").at.begin, 7u);
  EXPECT_NE(refused("\xff\xfe{").hint.find("UTF-16"), std::string::npos);
}

TEST(InventoryJson, EveryBeginningOfATextIsRefused) {
  const std::string whole = R"({"a": {"b": [1, "x\"y", true, null, {}]}, "c": -1.5e3})";
  for (std::size_t size = 0; size < whole.size(); ++size) {
    TextRange at;
    EXPECT_FALSE(parseInventory(whole.substr(0, size), &at)) << size;
    EXPECT_LE(at.begin, size);
  }
  EXPECT_TRUE(parseInventory(whole, nullptr));
}

}  // namespace
}  // namespace fleetd::fleet
