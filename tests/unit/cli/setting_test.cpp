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

std::string checked(const std::string& word, bool open = false) {
  const auto known = options();
  const auto setting = parseSetting(word, &known);
  if (!setting) return "no setting";
  const auto done = checkSetting(known, open, *setting);
  return done ? "" : done.error().message + "; " + done.error().hint;
}

TEST(Setting, NamesAreThoseOfTheRole) {
  for (const char* word : {"user=x", "a.b=true", "a={\"b\":true}", "folders.x.path=/", "folders.x={\"port\":1}",
                           "folders={\"x\":{\"path\":\"/\"}}", "shell=x", "groups=[]"})
    EXPECT_EQ(checked(word), "") << word;
  EXPECT_EQ(checked("usr=x"), "there is no setting `usr`; did you mean `user`?");
  EXPECT_EQ(checked("zzz=x"), "there is no setting `zzz`; there are: a folders groups shell user");
  EXPECT_EQ(checked("zzz=x", true), "");
  EXPECT_EQ(checked("a.c=x").substr(0, 29), "there is no setting `a.c`; di");
  EXPECT_EQ(checked("a={\"c\":1}").substr(0, 27), "there is no setting `a.c`; ");
  EXPECT_EQ(checked("folders.x.prot=1"), "there is no setting `prot`; did you mean `port`?");
}

TEST(Setting, ValuesAreOfTheirType) {
  for (const char* word : {"a.b=maybe", "a.b=1", "a=1", "groups=[1]", "groups={}", "folders=1", "folders.x=1",
                           "folders.x.port=many", "folders.x={\"prot\":1}", "user.x=1", "groups.x=1"})
    EXPECT_NE(checked(word).find("is expected"), std::string::npos) << word << ": " << checked(word);
  EXPECT_EQ(checked("a.b=maybe"), "a.b: boolean is expected; ");
}

TEST(Setting, EveryKindOfType) {
  const auto fits = [](const Type& of, const char* json) {
    return checkSetting({option({"x"}, of)}, false, {{"x"}, *base::parseJson(json)}).ok();
  };
  Type port = type(Type::Kind::integer);
  port.min = 0;
  port.max = 65535;
  EXPECT_TRUE(fits(port, "0") && fits(port, "65535"));
  EXPECT_FALSE(fits(port, "-1") || fits(port, "65536") || fits(port, "1.5") || fits(port, "18446744073709551615"));
  EXPECT_TRUE(fits(type(Type::Kind::number), "1") && fits(type(Type::Kind::number), "1.5"));
  EXPECT_FALSE(fits(type(Type::Kind::number), "\"1\""));
  Type choice = type(Type::Kind::enumeration);
  choice.values = {sdk::Value("a"), sdk::Value(2), sdk::Value(true)};
  EXPECT_TRUE(fits(choice, "\"a\"") && fits(choice, "2") && fits(choice, "true"));
  EXPECT_FALSE(fits(choice, "\"b\"") || fits(choice, "3") || fits(choice, "false") || fits(choice, "null"));
  const Type either = type(Type::Kind::either, {port, type(Type::Kind::nullable, {type(Type::Kind::boolean)})});
  EXPECT_TRUE(fits(either, "1") && fits(either, "null") && fits(either, "true"));
  EXPECT_FALSE(fits(either, "\"x\""));
  EXPECT_TRUE(fits(type(Type::Kind::anything), "{\"a\":[1]}"));
  const Type map = type(Type::Kind::map, {port});
  EXPECT_TRUE(fits(map, "{}") && fits(map, "{\"a\":1}"));
  EXPECT_FALSE(fits(map, "{\"a\":\"x\"}") || fits(map, "[]"));
}

}  // namespace
}  // namespace fleetd::cli
