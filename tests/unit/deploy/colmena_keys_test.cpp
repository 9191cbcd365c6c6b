// Tests of reading `deployment.keys`.
#include "kernel/deploy/colmena_keys.hpp"

#include <gtest/gtest.h>

namespace fleetd::deploy {
namespace {

using plugin::PluginValue;

Result<std::vector<ColmenaKey>> read(sdk::Attrs key) {
  return readColmenaKeys("h1", PluginValue(sdk::Attrs{{"k", PluginValue(std::move(key))}}));
}

TEST(ColmenaKeys, WhatIsNotSaidIsAsColmenaHasIt) {
  const auto keys = read({{"text", "secret"}});
  ASSERT_TRUE(keys);
  const ColmenaKey& key = keys->at(0);
  EXPECT_EQ(key.name + " " + key.directory + "/" + key.file, "k /run/keys/k");
  EXPECT_EQ(key.owner + ":" + key.group + " " + key.mode, "root:root 0600");
  EXPECT_FALSE(key.afterActivation);
  EXPECT_EQ(key.from, ColmenaKey::From::Text);
  EXPECT_EQ(key.text, "secret");
}

TEST(ColmenaKeys, AllThatCanBeSaid) {
  const auto keys = read({{"name", "other"},
                          {"destDir", "/var/keys"},
                          {"user", "1000"},
                          {"group", "web-1.x"},
                          {"permissions", "440"},
                          {"uploadAt", "post-activation"},
                          {"text", PluginValue()},
                          {"keyFile", PluginValue()},
                          {"keyCommand", sdk::List{"pass", "show", "a b"}},
                          {"path", "/var/keys/other"}});
  ASSERT_TRUE(keys) << keys.error().message;
  const ColmenaKey& key = keys->at(0);
  EXPECT_EQ(key.directory + "/" + key.file + " " + key.owner + ":" + key.group + " " + key.mode,
            "/var/keys/other 1000:web-1.x 440");
  EXPECT_TRUE(key.afterActivation);
  EXPECT_EQ(key.from, ColmenaKey::From::Command);
  EXPECT_EQ(key.command, (std::vector<std::string>{"pass", "show", "a b"}));
}

TEST(ColmenaKeys, WhatIsMalformedIsNamed) {
  const std::pair<sdk::Attrs, std::string> cases[] = {
      {{}, "one of text, keyFile and keyCommand"},
      {{{"text", "x"}, {"keyFile", "/x"}}, "one of text, keyFile and keyCommand"},
      {{{"text", sdk::Expr{"config.x"}}}, "`text` is only known to Nix"},
      {{{"keyFile", std::int64_t{1}}}, "`keyFile` is only known to Nix"},
      {{{"keyCommand", sdk::List{}}}, "no list of words"},
      {{{"keyCommand", sdk::List{"a", std::int64_t{1}}}}, "no list of words"},
      {{{"keyCommand", "a"}}, "no list of words"},
      {{{"text", "x"}, {"name", "../x"}}, "name of a file"},
      {{{"text", "x"}, {"name", ".."}}, "name of a file"},
      {{{"text", "x"}, {"name", ""}}, "name of a file"},
      {{{"text", "x"}, {"name", std::string("a\0b", 3)}}, "name of a file"},
      {{{"text", "x"}, {"destDir", "keys"}}, "is not absolute"},
      {{{"text", "x"}, {"user", "a b"}}, "nobody is called"},
      {{{"text", "x"}, {"user", "-R"}}, "nobody is called"},
      {{{"text", "x"}, {"group", ""}}, "nobody is called"},
      {{{"text", "x"}, {"permissions", "0999"}}, "no permissions"},
      {{{"text", "x"}, {"permissions", "00600"}}, "no permissions"},
  };
  for (const auto& [key, why] : cases) {
    const auto keys = read(key);
    ASSERT_FALSE(keys) << why;
    EXPECT_EQ(keys.error().code, base::Code::FL0853);
    EXPECT_NE(keys.error().message.find("deployment.keys.k of h1: "), std::string::npos);
    EXPECT_NE(keys.error().message.find(why), std::string::npos) << keys.error().message;
  }
}

TEST(ColmenaKeys, NoneAndUnknownOnes) {
  EXPECT_TRUE(readColmenaKeys("h1", PluginValue()).value().empty());
  EXPECT_FALSE(readColmenaKeys("h1", PluginValue(sdk::Expr{"x"})));
}

}  // namespace
}  // namespace fleetd::deploy
