// Fields of the inventory: what is refused and what is left out. The messages are in tests/e2e/cases/inventory_json.py.
#include "kernel/fleet/inventory_shape.hpp"

#include <gtest/gtest.h>

#include "kernel/fleet/inventory_json.hpp"

namespace fleetd::fleet {
namespace {

struct Judged {
  explicit Judged(std::string_view text)
      : document(*parseInventory(text, nullptr)), mistakes(judgeInventory(document)) {}
  PlacedJson* at(std::initializer_list<std::string_view> path) {
    PlacedJson* found = &document.root();
    for (const auto name : path)
      if (found) found = found->find(name);
    return found;
  }
  PlacedDocument document;
  std::vector<InventoryMistake> mistakes;
};

TEST(InventoryShape, EverythingThatMayStandThere) {
  Judged all(R"({
    "meta": {"name": "a_b-C1", "domain": "x.example.org", "description": null, "icon": "i.png", "tld": "lan"},
    "machines": {
      "web": {"name": "web", "description": "d", "icon": null, "machineClass": "darwin", "installedAt": 1, "tags": [],
              "deploy": {"targetHost": "root@web", "buildHost": null, "forwardAgent": true}},
      "mail": {}, "db": {"tags": {"_type": "override", "priority": 50, "content": ["a"]}, "installedAt": null}},
    "tags": {"a": ["web"], "b": []},
    "instances": {
      "x": {},
      "y": {"module": {"name": "users", "input": null}, "roles": {"default": {
        "machines": {"web": {}, "mail": {"settings": {"any": [1, {"deep": null}]}}},
        "tags": {"a": {}, "b": {"settings": {}}}, "settings": {"x": 1.5}, "excludeMachines": ["db"],
        "extraModules": ["a.nix", {"networking": {}}]}}},
      "z": {"roles": {"default": {"tags": ["a", "b"]}}}},
    "services": {}, "modules": {}})");
  for (const auto& one : all.mistakes) ADD_FAILURE() << one.message;
}

TEST(InventoryShape, MistakesComeInTheOrderOfTheText) {
  Judged judged(R"({"machines": {"a": {"tags": 1, "icon": 2}, "b": 3}, "mashines": 4, "tags": 5})");
  ASSERT_EQ(judged.mistakes.size(), 5u);
  for (std::size_t i = 1; i < judged.mistakes.size(); ++i)
    EXPECT_LT(judged.mistakes[i - 1].at.begin, judged.mistakes[i].at.begin);
}

TEST(InventoryShape, OnlyWhatIsWrongIsLeftOut) {
  Judged judged(R"({"machines": {"a": {"tags": ["x", 1], "icon": 2, "description": "fine"}, "b": 3},
                    "instances": {"good": {}, "bad": {"roles": {"r": {"tags": 5}}}, "worse": 7}})");
  EXPECT_FALSE(judged.at({"machines", "a"})->leftOut);
  EXPECT_FALSE(judged.at({"machines", "a", "tags"})->leftOut);
  EXPECT_FALSE(judged.at({"machines", "a", "tags"})->parts[0].leftOut);
  EXPECT_TRUE(judged.at({"machines", "a", "tags"})->parts[1].leftOut);
  EXPECT_TRUE(judged.at({"machines", "a", "icon"})->leftOut);
  EXPECT_FALSE(judged.at({"machines", "a", "description"})->leftOut);
  EXPECT_TRUE(judged.at({"machines", "b"})->emptied);
  EXPECT_FALSE(judged.at({"machines", "b"})->leftOut);
  EXPECT_FALSE(judged.at({"instances", "good"})->leftOut);
  EXPECT_TRUE(judged.at({"instances", "bad"})->leftOut);
  EXPECT_TRUE(judged.at({"instances", "worse"})->leftOut);
}

TEST(InventoryShape, NamesOfHosts) {
  for (const char* name : {"a", "A1", "web-1", "a_b", "0"}) EXPECT_TRUE(isHostName(name)) << name;
  EXPECT_TRUE(isHostName(std::string(63, 'x')));
  for (const char* name : {"", "-a", "a-", "_a", "a.b", "a b", "ä"}) EXPECT_FALSE(isHostName(name)) << name;
  EXPECT_FALSE(isHostName(std::string(64, 'x')));
}

TEST(InventoryShape, WhateverStandsThere) {
  // Every value of every kind at every place of a whole inventory: never more than told.
  const std::string_view kinds[] = {"null", "true", "1", "1.5", "\"x\"", "[]", "[1]", "{}", "{\"a\": 1}"};
  const std::string_view holes[] = {"@",
                                    R"({"meta": @})",
                                    R"({"machines": @})",
                                    R"({"machines": {"a": @}})",
                                    R"({"machines": {"a": {"deploy": @}}})",
                                    R"({"tags": @})",
                                    R"({"instances": @})",
                                    R"({"instances": {"a": {"roles": {"r": @}}}})",
                                    R"({"instances": {"a": {"roles": {"r": {"machines": {"m": @}}}}}})"};
  for (const auto hole : holes)
    for (const auto kind : kinds) {
      std::string text(hole);
      text.replace(text.find('@'), 1, kind);
      Judged judged(text);
      for (const auto& one : judged.mistakes) {
        EXPECT_FALSE(one.message.empty());
        EXPECT_LE(one.at.end, text.size());
        EXPECT_LT(one.at.begin, one.at.end);
      }
    }
}

}  // namespace
}  // namespace fleetd::fleet
