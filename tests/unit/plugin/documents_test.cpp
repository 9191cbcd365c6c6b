#include "kernel/plugin/documents.hpp"

#include <gtest/gtest.h>

#include <fleet/cxx/type_codec.hpp>
#include <fleet/cxx/view_codec.hpp>

namespace fleetd::plugin {
namespace {

Manifest manifest() {
  Manifest out;
  out.id = "org.example.hello";
  out.optionRoot = sdk::Path{"services", "hello"};
  return out;
}

sdk::OptionDecl option(sdk::Path path, sdk::Type type = sdk::type::boolean()) {
  sdk::OptionDecl out;
  out.path = std::move(path);
  out.type = std::move(type);
  return out;
}

std::string packed(const Schema& schema) {
  sdk::Packer out;
  sdk::pack(out, schema);
  return out.take();
}

Code codeOf(const Schema& schema) {
  const auto decoded = decodeSchema(manifest(), packed(schema));
  return decoded ? Code::FL0001 : decoded.error().code;
}

TEST(Schema, KeepsOptionsAndRoles) {
  namespace t = sdk::type;
  Schema schema;
  auto port = option({"port"}, t::port());
  port.doc = "The port.";
  port.fallback = 80;
  port.defaultText = "eighty";
  port.readOnly = port.internal = port.hidden = true;
  schema.options = {port,
                    option({"users", "*", "shell"},
                           t::nullable(t::either({t::package(), t::str("[a-z]+"), t::enumeration({"x", 1})}))),
                    option({"extra"}, t::submodule({option({"deep", "er"}, t::list(t::map(t::lazyMap(t::lines()))))},
                                                   t::anything()))};
  schema.options.push_back(option({"old"}));
  schema.options.back().renamedTo = {"port"};
  schema.roles = {{"server", "Serves.", {option({"listen"}, t::separated(","))}}};
  const auto bytes = packed(schema);
  const auto decoded = decodeSchema(manifest(), bytes);
  ASSERT_TRUE(decoded.ok()) << decoded.error().message;
  EXPECT_EQ(packed(*decoded), bytes);
  EXPECT_EQ(decoded->options[0].doc, "The port.");
  EXPECT_EQ(decoded->options[0].type.max, 65535);
  EXPECT_TRUE(decoded->options[0].internal);
  EXPECT_EQ(*decoded->options[0].fallback, sdk::Value(80));
  EXPECT_EQ(decoded->options[3].renamedTo, sdk::Path{"port"});
  EXPECT_EQ(decoded->roles[0].settings[0].type.pattern, ",");
}

TEST(Schema, RefusesOptionsWithoutASubtree) {
  auto none = manifest();
  none.optionRoot.reset();
  Schema schema;
  EXPECT_TRUE(decodeSchema(none, packed(schema)).ok());
  schema.options.push_back(option({"a"}));
  const auto decoded = decodeSchema(none, packed(schema));
  ASSERT_FALSE(decoded.ok());
  EXPECT_EQ(decoded.error().code, Code::FL0313);
  EXPECT_NE(decoded.error().message.find("org.example.hello"), std::string::npos);
}

TEST(Schema, RefusesTwoDeclarationsForOneValue) {
  EXPECT_EQ(codeOf({{option({"a"}), option({"a"})}, {}}), Code::FL0313);
  EXPECT_EQ(codeOf({{option({"a"}), option({"a", "b"})}, {}}), Code::FL0313);
  EXPECT_EQ(codeOf({{option({"a", "b", "c"}), option({"a"})}, {}}), Code::FL0313);
  EXPECT_EQ(codeOf({{option({"a", "b"}), option({"a", "c"}), option({"ab"})}, {}}), Code::FL0001);
  EXPECT_EQ(codeOf({{}, {{"server", {}, {}}, {"server", {}, {}}}}), Code::FL0313);
  EXPECT_EQ(codeOf({{}, {{"server", {}, {option({"a"}), option({"a"})}}}}), Code::FL0313);
}

TEST(Schema, RefusesTypesThatAreNone) {
  namespace t = sdk::type;
  using K = sdk::Type::Kind;
  sdk::Type bounds = t::boolean();
  bounds.max = 1;
  sdk::Type pattern = t::lines();
  pattern.pattern = "x";
  sdk::Type open = t::list(t::str());
  open.open.push_back(t::str());
  for (const auto& type : {t::of(K::list), t::of(K::map), t::of(K::nullable), t::of(K::either), t::either({t::str()}),
                           t::of(K::str, t::str()), t::of(K::enumeration), t::enumeration({sdk::List{}}),
                           t::integer(2, 1), bounds, pattern, open})
    EXPECT_EQ(codeOf({{option({"a"}, type)}, {}}), Code::FL0310) << static_cast<int>(type.kind);
}

TEST(Schema, RefusesMalformedDocuments) {
  for (const std::string bytes : {"\x90", "\x81\xa5other\x90", "\x81\xa7options\x80", "\x81\xa7options\x91\x80",
                                  "\x81\xa7options\x91\x81\xa4path\x91\xa1x",
                                  "\x81\xa7options\x91\x82\xa4path\x91\xa1x\xa4type\x81\xa1k\xa5"
                                  "fancy",
                                  "\x81\xa7options\x91\x82\xa4path\x90\xa4type\x81\xa1k\xa4"
                                  "bool"})
    EXPECT_EQ(decodeSchema(manifest(), bytes).error().code, Code::FL0310) << bytes;
  EXPECT_EQ(decodeSchema(manifest(), "").error().code, Code::FL0311);
}

TEST(Schema, BoundsNesting) {
  sdk::Type type = sdk::type::str();
  for (int i = 0; i < 100; ++i) type = sdk::type::list(std::move(type));
  EXPECT_EQ(codeOf({{option({"a"}, type)}, {}}), Code::FL0311);
}

std::string packedFiles(const std::vector<RenderedFile>& files) {
  sdk::Packer out;
  sdk::pack(out, files);
  return out.take();
}

Code codeOfFiles(const std::vector<RenderedFile>& files) {
  const auto decoded = decodeFiles(manifest(), packedFiles(files));
  return decoded ? Code::FL0001 : decoded.error().code;
}

TEST(Files, AreSortedAndKept) {
  const auto files = decodeFiles(
      manifest(), packedFiles({{"b/c.nix", "x", 0644}, {"a", std::string(2, '\0'), 0755}, {"b-c", "", 0644}}));
  ASSERT_TRUE(files.ok()) << files.error().message;
  ASSERT_EQ(files->size(), 3u);
  EXPECT_EQ((*files)[0].path, "a");
  EXPECT_EQ((*files)[0].content.size(), 2u);
  EXPECT_EQ((*files)[0].mode, 0755u);
  EXPECT_EQ((*files)[1].path, "b-c");
  EXPECT_EQ((*files)[2].path, "b/c.nix");
}

TEST(Files, StayInsideTheirDirectory) {
  for (const std::string path : {"", "/", "/a", "a/", "a//b", ".", "..", "./a", "../a", "a/../b", "a/..", "a/.", "a\nb",
                                 "a\\b", "\xff", "a\x7f"}) {
    EXPECT_EQ(codeOfFiles({{path, "x", 0644}}), path == "\xff" ? Code::FL0310 : Code::FL0319) << path;
    EXPECT_FALSE(isRelativePath(path)) << path;
  }
  EXPECT_FALSE(isRelativePath(std::string("a\0b", 3)));
  EXPECT_FALSE(isRelativePath(std::string(2000, 'a')));
  for (const char* path : {"a", "a/b", "..a", "a..", ".hidden/x", "ä/b", "a b"})
    EXPECT_TRUE(isRelativePath(path)) << path;
}

TEST(Files, ExcludeEachOther) {
  EXPECT_EQ(codeOfFiles({{"a", "x", 0644}, {"a", "y", 0644}}), Code::FL0319);
  EXPECT_EQ(codeOfFiles({{"a/b", "x", 0644}, {"a", "y", 0644}}), Code::FL0319);
  EXPECT_EQ(codeOfFiles({{"a", "x", 0644}, {"a-b", "y", 0644}, {"a/b/c", "z", 0644}}), Code::FL0319);
  EXPECT_EQ(codeOfFiles({{"a", "x", 0644}, {"ab", "y", 0644}, {"b/a", "z", 0644}}), Code::FL0001);
}

TEST(Files, HaveTwoModes) {
  for (const std::uint32_t mode : {0u, 0600u, 0777u, 04755u})
    EXPECT_EQ(codeOfFiles({{"a", "x", mode}}), Code::FL0310) << mode;
}

TEST(Sealed, AsManyAsWereAskedFor) {
  const auto packed = [](const std::vector<std::string>& values) {
    sdk::Packer out;
    out.array(values.size());
    for (const auto& value : values) out.bin(value);
    return out.take();
  };
  const auto codeOf = [](std::string_view bytes, std::size_t count) {
    const auto read = decodeSealed(manifest(), bytes, count);
    return read ? Code::FL0001 : read.error().code;
  };
  EXPECT_EQ(*decodeSealed(manifest(), packed({"a", "b"}), 2), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(codeOf(packed({}), 0), Code::FL0001);
  EXPECT_EQ(codeOf(packed({"a"}), 2), Code::FL0310);
  EXPECT_EQ(codeOf(packed({"a", "b"}), 1), Code::FL0310);
  EXPECT_EQ(codeOf(packed({"a", ""}), 2), Code::FL0310) << "an empty value seals nothing";
  EXPECT_EQ(codeOf(packed({"a"}) + "x", 1), Code::FL0310);
  EXPECT_EQ(codeOf("\x91\xa1x", 1), Code::FL0310) << "text is no sealed value";
  EXPECT_EQ(codeOf("\xdd\xff\xff\xff\xff", 1), Code::FL0311);
  EXPECT_NE(decodeSealed(manifest(), "", 1).error().message.find("org.example.hello"), std::string::npos);
}

TEST(Facts, MustBeMapsOfMachines) {
  FleetView fleet;
  fleet.machines["web"] = {"nixos", "x86_64-linux", {}, {}};
  const Manifest manifest;
  EXPECT_TRUE(decodeFacts(manifest, fleet, "\x80").ok());
  EXPECT_EQ(decodeFacts(manifest, fleet, "\x81\xa3web\x81\xa1x\x01")->at("web"), PluginValue(sdk::Attrs{{"x", 1}}));
  EXPECT_EQ(decodeFacts(manifest, fleet, "\x81\xa3web\x01").error().code, Code::FL0893);
  EXPECT_EQ(decodeFacts(manifest, fleet, "\x81\xa3wob\x80").error().code, Code::FL0893);
  EXPECT_EQ(decodeFacts(manifest, fleet, "\x90").error().code, Code::FL0310);
  EXPECT_FALSE(decodeFacts(manifest, fleet, "\xc1").ok());
  EXPECT_FALSE(decodeFacts(manifest, fleet, std::string_view("\x81\xa3web\x80\x00", 7)).ok());
}

}  // namespace
}  // namespace fleetd::plugin
