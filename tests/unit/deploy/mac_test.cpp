// What a Mac says of itself, and what of it stops an activation.
#include "kernel/deploy/mac.hpp"

#include <gtest/gtest.h>

namespace fleetd::deploy {
namespace {

constexpr std::string_view kSaid =
    "darwin yes\ndeterminate yes\nold-keys yes\nsources-nix yes\nbuild-group 30000\nbuild-user 301\nuser root 0\nuser ada 501\n"
    "user x y\nlogin-shell /opt/homebrew/bin/fish\nlogin-shell /bin/zsh\nlogin-shell relative\nshell /bin/bash\nshell /usr/local/bin/nu\n"
    "shell /run/current-system/sw/bin/zsh\nsetting trusted-users\nsetting build-users-group\nsetting access-tokens\nnonsense\n";

TEST(Mac, Reads) {
  const auto state = readMacState(kSaid);
  EXPECT_FALSE(state.managed);
  EXPECT_TRUE(state.determinate && state.oldKeys && state.sourcesNix);
  EXPECT_EQ(state.buildGroup, 30'000);
  EXPECT_EQ(state.firstBuildUser, 301);
  EXPECT_EQ(state.users, (std::map<std::string, std::int64_t>{{"ada", 501}, {"root", 0}}));
  const auto facts = factsOf(state);
  EXPECT_EQ(facts.buildUsers, 300);
  EXPECT_EQ(facts.shells, (std::vector<std::string>{"/opt/homebrew/bin/fish", "/usr/local/bin/nu"}));
  for (const std::string_view text :
       {"", "\n\n", "build-group many\nbuild-group 99999999999999999999\n", "user\nuser \nuser a\n"})
    EXPECT_TRUE(factsOf(readMacState(text)).empty()) << text;
}

TEST(Mac, Obstacles) {
  auto state = readMacState(kSaid);
  MacWanted wanted;
  wanted.primaryUser = "eve";
  wanted.buildGroup = 350;
  wanted.buildUsers = 350;
  wanted.users = {{"ada", 502}, {"new", 600}};
  EXPECT_EQ(obstacles(state, wanted).size(), 5u);  // with Determinate its own users do not matter
  state.determinate = false;
  const auto all = obstacles(state, wanted);
  EXPECT_EQ(all.size(), 6u);
  EXPECT_EQ(all.back(), "ada is 501 there, and users.users.ada.uid is 502");
  wanted.buildGroup = 30'000;
  wanted.buildUsers = 300;
  wanted.users = {{"ada", 501}};
  wanted.primaryUser = "ada";
  state.oldKeys = state.sourcesNix = false;
  EXPECT_TRUE(obstacles(state, wanted).empty());
  wanted.buildGroup = 1;
  wanted.checksBuildUsers = false;
  EXPECT_TRUE(obstacles(state, wanted).empty());
}

TEST(Mac, SettingsThatGoAway) {
  auto state = readMacState(kSaid);
  MacWanted wanted;
  wanted.settings = {"trusted-users"};
  EXPECT_EQ(lostSettings(state, wanted), std::vector<std::string>{"access-tokens"});
  state.managed = true;
  EXPECT_TRUE(lostSettings(state, wanted).empty());
}

TEST(MacFacts, AreWrittenAndRead) {
  const auto facts = factsOf(readMacState(kSaid));
  const auto again = render::parseMacFacts(render::macFactsText(facts));
  ASSERT_TRUE(again);
  EXPECT_EQ(*again, facts);
  EXPECT_NE(render::macModuleText(facts).find("ids.gids.nixbld = lib.mkOverride 900 30000;"), std::string::npos);
  for (const std::string_view text :
       {"", "[]", R"({"buildGroup":"x"})", R"({"buildUsers":-1})", R"({"shells":{}})", R"({"shells":["fish"]})"})
    EXPECT_EQ(render::parseMacFacts(text).error().code, base::Code::FL0848) << text;
  EXPECT_TRUE(render::parseMacFacts("{}")->empty());
}

}  // namespace
}  // namespace fleetd::deploy
