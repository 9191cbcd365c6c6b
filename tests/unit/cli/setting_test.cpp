// Settings as words: what is JSON, what is a text, and what the declared type makes of them.
#include "kernel/cli/services_edit.hpp"

#include <gtest/gtest.h>

namespace fleetd::cli {
namespace {

using base::Json;
using sdk::OptionDecl;
using sdk::Type;

Type type(Type::Kind kind, std::vector<Type> of = {}) {
  Type out;
  out.kind = kind;
  out.of = std::move(of);
  return out;
}

OptionDecl option(std::initializer_list<std::string> path, Type of) {
  OptionDecl out;
  for (const auto& name : path) out.path.push_back(name);
  out.type = std::move(of);
  return out;
}

std::vector<OptionDecl> options() {
  const Type text = type(Type::Kind::str);
  Type entry = type(Type::Kind::submodule);
  entry.options = {option({"path"}, text), option({"port"}, type(Type::Kind::integer))};
  return {option({"user"}, text), option({"groups"}, type(Type::Kind::list, {text})),
          option({"shell"}, type(Type::Kind::nullable, {text})), option({"a", "b"}, type(Type::Kind::boolean)),
          option({"folders"}, type(Type::Kind::map, {entry}))};
}

std::string valueOf(const std::string& word, bool typed = true) {
  const auto known = options();
  const auto setting = parseSetting(word, typed ? &known : nullptr);
  return setting ? base::toJsonText(setting->value) : "refused";
}

TEST(Setting, JsonOrText) {
  EXPECT_EQ(valueOf("x=1", false), "1");
  EXPECT_EQ(valueOf("x=true", false), "true");
  EXPECT_EQ(valueOf("x=[1]", false), "[1]");
  EXPECT_EQ(valueOf("x=a b", false), R"("a b")");
  EXPECT_EQ(valueOf("x=", false), R"("")");
  EXPECT_EQ(valueOf("x=a=b", false), R"("a=b")");
}

TEST(Setting, TypesDecide) {
  EXPECT_EQ(valueOf("user=1"), R"("1")");
  EXPECT_EQ(valueOf("user=\"1\""), R"("1")");
  EXPECT_EQ(valueOf("user=null"), R"("null")");
  EXPECT_EQ(valueOf("shell=null"), "null");
  EXPECT_EQ(valueOf("shell=true"), R"("true")");
  EXPECT_EQ(valueOf("groups=a, b"), R"(["a","b"])");
  EXPECT_EQ(valueOf("groups=[\"a\"]"), R"(["a"])");
  EXPECT_EQ(valueOf("a.b=true"), "true");
  EXPECT_EQ(valueOf("folders.x.path=1"), R"("1")");
  EXPECT_EQ(valueOf("folders.x.port=1"), "1");
}

TEST(Setting, Names) {
  EXPECT_EQ(parseSetting("a.\"b.c\"=1", nullptr)->path, (std::vector<std::string>{"a", "b.c"}));
  for (const char* word : {"", "a", "=1", "a..b=1", "a b=1", "\"a=1"})
    EXPECT_FALSE(parseSetting(word, nullptr)) << word;
}

TEST(Setting, TypesOfPaths) {
  const auto known = options();
  EXPECT_EQ(typeOfSetting(known, {"folders"})->kind, Type::Kind::map);
  EXPECT_EQ(typeOfSetting(known, {"folders", "x"})->kind, Type::Kind::submodule);
  EXPECT_EQ(typeOfSetting(known, {"folders", "x", "port"})->kind, Type::Kind::integer);
  EXPECT_EQ(typeOfSetting(known, {"folders", "x", "other"}), nullptr);
  EXPECT_EQ(typeOfSetting(known, {"user", "x"}), nullptr);
  EXPECT_EQ(typeOfSetting(known, {"a"}), nullptr);
}

}  // namespace
}  // namespace fleetd::cli
