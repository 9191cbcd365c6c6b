// Schemas: what was written is found again, and bytes of any kind are read without harm.
#include "kernel/fleet/schema.hpp"

#include <gtest/gtest.h>

#include "kernel/fleet/schema_list.hpp"

namespace fleetd::fleet {
namespace {

SchemaEntry entry(std::vector<std::string> path, std::string type = "string") {
  SchemaEntry out;
  out.path = std::move(path);
  out.type = std::move(type);
  return out;
}

SchemaContent sample() {
  SchemaContent out;
  out.origin = SchemaOrigin::Structured;
  out.key = base::blake2b("inputs");
  out.source = "/a/file.nix";
  out.covered = {"inputs.b.module", "inputs.a.module"};
  out.entries = {entry({"services", "web", "enable"}, "boolean"), entry({"networking", "hostName"}),
                 entry({"services", "web", "sites"}, "attribute set of (submodule)"),
                 entry({"services", "web", "sites", "<name>", "root"}, "path")};
  out.entries[1].defaultText = "\"nixos\"";
  out.entries[1].description = "Name of the machine.";
  out.entries[1].renamedTo = "networking.name";
  out.entries[1].flags = option_flag::kHasDefault | option_flag::kReadOnly;
  return out;
}

using Path = std::vector<std::string_view>;

TEST(SchemaFile, WhatWasWrittenIsFound) {
  const auto bytes = writeSchema(sample());
  ASSERT_TRUE(bytes.ok());
  const auto schema = Schema::read(*bytes);
  ASSERT_TRUE(schema.ok());
  EXPECT_EQ(schema->origin(), SchemaOrigin::Structured);
  EXPECT_EQ(schema->key(), base::blake2b("inputs"));
  EXPECT_EQ(schema->source(), "/a/file.nix");
  EXPECT_EQ(schema->optionCount(), 4u);
  EXPECT_EQ(schema->covered(), (Path{"inputs.a.module", "inputs.b.module"}));
  const auto found = schema->find(Path{"networking", "hostName"});
  ASSERT_EQ(found.found, Schema::Found::Option);
  const auto option = schema->option(found.node);
  ASSERT_TRUE(option.has_value());
  EXPECT_EQ(option->type, "string");
  EXPECT_EQ(option->defaultText, "\"nixos\"");
  EXPECT_EQ(option->description, "Name of the machine.");
  EXPECT_EQ(option->renamedTo, "networking.name");
  EXPECT_EQ(option->flags, option_flag::kHasDefault | option_flag::kReadOnly);
}

TEST(SchemaFile, TellsTreesOptionsAndWhatIsMissing) {
  const auto bytes = writeSchema(sample());
  const auto schema = Schema::read(*bytes);
  ASSERT_TRUE(schema.ok());
  EXPECT_EQ(schema->find(Path{"services"}).found, Schema::Found::Tree);
  EXPECT_EQ(schema->find(Path{}).found, Schema::Found::Tree);
  const auto missing = schema->find(Path{"services", "wbe", "enable"});
  EXPECT_EQ(missing.found, Schema::Found::Missing);
  EXPECT_EQ(missing.known, 1u);
  EXPECT_EQ(schema->names(missing.node), Path{"web"});
  EXPECT_EQ(schema->find(Path{"service"}).found, Schema::Found::Missing);
  EXPECT_EQ(schema->find(Path{"services", "web", "zzz"}).found, Schema::Found::Missing);
  EXPECT_EQ(schema->find(Path{"a"}).found, Schema::Found::Missing);
}

TEST(SchemaFile, WhatIsInsideAnOptionIsNotMissing) {
  const auto bytes = writeSchema(sample());
  const auto schema = Schema::read(*bytes);
  ASSERT_TRUE(schema.ok());
  EXPECT_EQ(schema->find(Path{"services", "web", "sites", "x", "nothing"}).found, Schema::Found::Option);
  const auto inside = schema->findInside(Path{"services", "web", "sites", "x", "root"});
  ASSERT_EQ(inside.found, Schema::Found::Option);
  EXPECT_EQ(schema->option(inside.node)->type, "path");
  EXPECT_EQ(schema->findInside(Path{"services", "web", "sites", "x", "nothing"}).found, Schema::Found::Missing);
}

TEST(SchemaFile, TheLastOfEqualPathsIsKept) {
  SchemaContent content;
  content.entries = {entry({"a"}, "first"), entry({"a"}, "second")};
  const auto bytes = writeSchema(content);
  const auto schema = Schema::read(*bytes);
  ASSERT_TRUE(schema.ok());
  EXPECT_EQ(schema->optionCount(), 1u);
  EXPECT_EQ(schema->option(schema->find(Path{"a"}).node)->type, "second");
}

TEST(SchemaFile, AnEmptyOneHasNothing) {
  const auto bytes = writeSchema({});
  const auto schema = Schema::read(*bytes);
  ASSERT_TRUE(schema.ok());
  EXPECT_EQ(schema->find(Path{"a"}).found, Schema::Found::Missing);
  EXPECT_TRUE(schema->names(0).empty());
}

TEST(SchemaFile, CutOffIsRefused) {
  const auto bytes = writeSchema(sample());
  ASSERT_TRUE(bytes.ok());
  for (std::size_t size = 0; size < bytes->size(); ++size) {
    const auto schema = Schema::read(std::string_view(*bytes).substr(0, size));
    ASSERT_FALSE(schema.ok()) << size;
    EXPECT_EQ(schema.error().code, base::Code::FL0561);
  }
  EXPECT_FALSE(Schema::read(*bytes + "x").ok());
}

TEST(SchemaFile, AnotherVersionIsRefused) {
  auto bytes = *writeSchema(sample());
  bytes[7] = 2;
  EXPECT_FALSE(Schema::read(bytes).ok());
}

// Every byte changed: what is read then may be anything, and stays inside.
TEST(SchemaFile, ChangedBytesDoNoHarm) {
  const auto bytes = *writeSchema(sample());
  for (std::size_t i = 0; i < bytes.size(); ++i)
    for (const int flip : {0x01, 0x80, 0xff}) {
      std::string changed = bytes;
      changed[i] = static_cast<char>(changed[i] ^ flip);
      const auto schema = Schema::read(changed);
      if (!schema) continue;
      for (std::uint32_t node = 0; node < 32; ++node) {
        for (const auto name : schema->names(node)) EXPECT_LE(name.size(), changed.size());
        static_cast<void>(schema->option(node));
      }
      static_cast<void>(schema->find(Path{"services", "web", "sites", "x", "root"}));
      static_cast<void>(schema->findInside(Path{"services", "web", "sites", "x", "root"}));
      static_cast<void>(schema->covered());
    }
}

TEST(OptionList, ReadsTheFormOfManuals) {
  const auto list = parseOptionList(R"({
    "a.b": {"loc": ["a", "b"], "type": "string", "default": {"_type": "literalExpression", "text": "\"x\""},
            "description": "About b.", "readOnly": true},
    "_module.args": {"loc": ["_module", "args"], "type": "t"}
  })");
  ASSERT_TRUE(list.ok());
  ASSERT_EQ(list->size(), 1u);
  EXPECT_EQ((*list)[0].path, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ((*list)[0].defaultText, "\"x\"");
  EXPECT_EQ((*list)[0].flags, option_flag::kReadOnly | option_flag::kHasDefault);
}

TEST(OptionList, ReadsTheFormOfSync) {
  const auto list = parseOptionList(
      R"([{"loc": ["a"], "type": null, "default": null, "description": null, "renamedTo": "b.c", "internal": true,
           "visible": false, "readOnly": false, "defined": true}])");
  ASSERT_TRUE(list.ok());
  EXPECT_EQ((*list)[0].renamedTo, "b.c");
  EXPECT_EQ((*list)[0].flags, option_flag::kInternal | option_flag::kHidden | option_flag::kDefined);
}

TEST(OptionList, RefusesOtherForms) {
  std::string deep;
  for (int i = 0; i < 65; ++i) deep += R"("x",)";
  deep.pop_back();
  for (const std::string& text :
       {std::string("1"), std::string("[1]"), std::string("[{}]"), std::string(R"([{"loc": []}])"),
        std::string(R"([{"loc": "a"}])"), std::string(R"({"a": {"loc": [1]}})"), R"([{"loc": [)" + deep + "]}]"}) {
    const auto list = parseOptionList(text);
    ASSERT_FALSE(list.ok()) << text;
    EXPECT_EQ(list.error().code, base::Code::FL0561);
  }
  EXPECT_EQ(parseOptionList("[").error().code, base::Code::FL0006);
}

}  // namespace
}  // namespace fleetd::fleet
