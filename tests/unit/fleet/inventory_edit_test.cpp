// What may be written to inventory.json, what is refused, and what exactly is written.
#include "kernel/fleet/inventory_edit.hpp"

#include <gtest/gtest.h>

namespace fleetd::fleet {
namespace {

using base::Code;
using base::Json;

Json json(std::string_view text) { return *base::parseJson(text); }

InventoryFile file(std::string text) { return *InventoryFile::parse("inventory.json", std::move(text)); }

// Definitions of Nix files with one priority.
Origin origin(const Json& value, int priority = kPlainPriority) {
  Origin out;
  out.priority = priority;
  if (const auto* members = value.asObject()) {
    out.set = true;
    for (const auto& [name, one] : *members) out.children[name] = origin(one, priority);
  } else if (const auto* items = value.asArray()) {
    out.list = true;
    out.items = *items;
  } else {
    out.value = value;
  }
  return out;
}

struct Edited {
  Edited(std::string_view nix, const std::string& written, int priority = kPlainPriority)
      : origins{origin(json(nix), priority), "/fleet"}, json_file(file(written)), edit(origins, json_file) {
    origins.root.priority = kPlainPriority;
  }
  std::string text() const { return base::toJsonText(json_file.json()); }
  InventoryOrigins origins;
  InventoryFile json_file;
  InventoryEdit edit;
};

TEST(InventoryEdit, PlainScalarsOfNixAreReadOnly) {
  Edited e(R"({"foo":{"bar":{"baz":1,"foobar":2}}})", "{}");
  EXPECT_EQ(e.edit.set({"foo", "bar", "baz"}, Json(std::int64_t{3})).error().code, Code::FL0610);
  EXPECT_EQ(e.edit.set({"foo", "bar", "foobar"}, Json(std::int64_t{3})).error().code, Code::FL0610);
  EXPECT_EQ(e.text(), "{}");
}

TEST(InventoryEdit, PlainScalarsOnDiskMayChange) {
  Edited e(R"({"foo":{"bar":{"foobar":2}}})", R"({"foo":{"bar":{"baz":1}}})");
  ASSERT_TRUE(e.edit.set({"foo", "bar", "baz"}, Json(std::int64_t{3})));
  EXPECT_EQ(e.text(), R"({"foo":{"bar":{"baz":3}}})");
  ASSERT_TRUE(e.edit.remove({"foo", "bar", "baz"}));
  EXPECT_EQ(e.text(), R"({"foo":{"bar":{}}})");
}

TEST(InventoryEdit, UnchangedValuesOfNixAreNoChange) {
  Edited e(R"({"foo":{"bar":1}})", "{}");
  EXPECT_TRUE(e.edit.set({"foo"}, json(R"({"bar":1})")));
  EXPECT_TRUE(e.edit.replace({"foo"}, json(R"({"bar":1})")));
  EXPECT_FALSE(e.json_file.changed());
}

TEST(InventoryEdit, DefaultsGiveWay) {
  Edited e(R"({"foo":{"bar":"old","other":"nix"}})", "{}", 1000);
  ASSERT_TRUE(e.edit.replace({"foo"}, json(R"({"bar":"new","other":"nix"})")));
  EXPECT_EQ(e.text(), R"({"foo":{"bar":"new"}})");
}

TEST(InventoryEdit, ForcedSetsAreReadOnlyWithAllBelow) {
  Edited e(R"({"foo":{"bar":{"baz":1}}})", "{}", 50);
  EXPECT_EQ(e.edit.set({"foo", "bar", "new"}, Json(true)).error().code, Code::FL0610);
  EXPECT_EQ(e.edit.set({"foo", "bar", "baz"}, Json(std::int64_t{2})).error().code, Code::FL0610);
}

TEST(InventoryEdit, FunctionsAreReadOnly) {
  Edited e("{}", "{}");
  Origin machine;
  machine.opaque = true;
  e.origins.root.children["machines"].set = true;
  e.origins.root.children["machines"].children["web"] = machine;
  const auto done = e.edit.set({"machines", "web", "description"}, Json("x"));
  ASSERT_FALSE(done);
  EXPECT_NE(done.error().message.find("machines.web"), std::string::npos);
}

TEST(InventoryEdit, EmptySetsAreWritten) {
  Edited e(R"({"foo":{}})", "{}");
  ASSERT_TRUE(e.edit.set({"foo", "mimi"}, json("{}")));
  EXPECT_EQ(e.text(), R"({"foo":{"mimi":{}}})");
}

TEST(InventoryEdit, OnlyWhatDiffersIsWritten) {
  Edited e(R"({"n":{"y":"nix"}})", R"({"n":{"x":"old"}})");
  ASSERT_TRUE(e.edit.replace({"n"}, json(R"({"x":"new","y":"nix"})")));
  EXPECT_EQ(e.text(), R"({"n":{"x":"new"}})");
}

TEST(InventoryEdit, StaticKeysCannotGo) {
  Edited e(R"({"instances":{"hello":{"static":{}}}})", R"({"instances":{"hello":{"own":{}}}})");
  const auto done = e.edit.replace({"instances", "hello"}, json(R"({"own":{}})"));
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, Code::FL0612);
  EXPECT_NE(done.error().message.find("instances.hello.static"), std::string::npos);
}

TEST(InventoryEdit, KeysOnDiskMayGo) {
  Edited e("{}", R"({"machines":{"foo":{},"bar":{},"naz":{}}})");
  ASSERT_TRUE(e.edit.replace({"machines"}, json(R"({"foo":{},"naz":{}})")));
  EXPECT_EQ(e.text(), R"({"machines":{"foo":{},"naz":{}}})");
  Edited n("{}", R"({"root":{"foo":{},"bar":{}}})");
  ASSERT_TRUE(n.edit.replace({"root"}, json(R"({"foo":null})")));
  EXPECT_EQ(n.text(), R"({"root":{"foo":null}})");
}

TEST(InventoryEdit, FieldsCannotGo) {
  Edited e("{}", R"({"machines":{"web":{"description":"x"}}})");
  EXPECT_EQ(e.edit.remove({"machines", "web", "description"}).error().code, Code::FL0612);
  EXPECT_EQ(e.edit.remove({"machines"}).error().code, Code::FL0612);
  EXPECT_EQ(e.edit.remove({"machines", "wbe"}).error().code, Code::FL0616);
  EXPECT_TRUE(e.edit.set({"machines", "web", "description"}, Json()));
  EXPECT_EQ(e.text(), R"({"machines":{"web":{"description":null}}})");
}

TEST(InventoryEdit, ListsKeepTheirFixedEntries) {
  Edited e(R"({"machines":{"web":{"tags":["nix1","nix2"]}}})", R"({"machines":{"web":{"tags":["ui1"]}}})");
  const InventoryPath tags{"machines", "web", "tags"};
  EXPECT_EQ(e.edit.effective(tags), json(R"(["nix1","nix2","ui1"])"));
  ASSERT_TRUE(e.edit.set(tags, json(R"(["nix1","nix2","ui1","ui2"])")));
  EXPECT_EQ(e.text(), R"({"machines":{"web":{"tags":["ui1","ui2"]}}})");
  const auto missing = e.edit.set(tags, json(R"(["ui2"])"));
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Code::FL0611);
  EXPECT_NE(missing.error().message.find(R"("nix1", "nix2")"), std::string::npos);
  EXPECT_EQ(e.edit.set(tags, json(R"(["nix1","nix2","a","a"])")).error().code, Code::FL0611);
  ASSERT_TRUE(e.edit.set(tags, json(R"(["nix1","nix2"])")));
  EXPECT_EQ(e.text(), R"({"machines":{"web":{"tags":[]}}})");
}

TEST(InventoryEdit, KindsStay) {
  Edited e("{}", R"({"machines":{"web":{"description":"x","tags":[]}}})");
  EXPECT_EQ(e.edit.set({"machines", "web", "description"}, json(R"(["x"])")).error().code, Code::FL0618);
  EXPECT_TRUE(e.edit.set({"machines", "web", "description"}, Json()));
  EXPECT_TRUE(e.edit.set({"machines", "web", "description"}, Json("y")));
}

TEST(MergeJson, AsTwoSourcesDo) {
  EXPECT_EQ(*mergeJson(json(R"({"a":1})"), json(R"({"a":null})")), json(R"({"a":null})"));
  EXPECT_EQ(*mergeJson(json(R"({"a":null})"), json(R"({"a":1})")), json(R"({"a":1})"));
  EXPECT_EQ(*mergeJson(json(R"(["a","b"])"), json(R"(["b","c"])")), json(R"(["a","b","c"])"));
  EXPECT_EQ(mergeJson(json(R"({"a":"x"})"), json(R"({"a":["x"]})")).error().code, Code::FL0618);
}

TEST(InventoryFile, KeepsFormAndOrder) {
  InventoryFile f = file("{\n    \"machines\": {\n        \"b\": {},\n        \"a\": {}\n    }\n}\n");
  f.set({"machines", "aa"}, json("{}"));
  EXPECT_EQ(f.text(), "{\n    \"machines\": {\n        \"b\": {},\n        \"a\": {},\n        \"aa\": {}\n    }\n}\n");
  InventoryFile sorted = file(R"({"machines":{"a":{},"c":{}}})");
  sorted.set({"machines", "b"}, json("{}"));
  EXPECT_EQ(base::toJsonText(sorted.json()), R"({"machines":{"a":{},"b":{},"c":{}}})");
  EXPECT_FALSE(sorted.text().ends_with('\n'));
  EXPECT_TRUE(sorted.rename({"machines", "c"}, "aa"));
  EXPECT_FALSE(sorted.rename({"machines", "a"}, "b"));
  EXPECT_EQ(base::toJsonText(sorted.json()), R"({"machines":{"a":{},"aa":{},"b":{}}})");
}

TEST(InventoryFile, RefusesWhatIsNoObject) {
  for (const char* text : {"", "[]", "{", "{\"a\":1,\"a\":2}", "{\"a\":\xff}", "null", "{}x"}) {
    const auto read = InventoryFile::parse("inventory.json", text);
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().code, Code::FL0613);
  }
  EXPECT_NE(InventoryFile::parse("inventory.json", "{\n\n x").error().message.find("inventory.json:3"),
            std::string::npos);
}

}  // namespace
}  // namespace fleetd::fleet
