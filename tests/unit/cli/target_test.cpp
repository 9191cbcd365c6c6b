// HOST [home:USER] [PATH].
#include "kernel/cli/target.hpp"

#include <gtest/gtest.h>

namespace fleetd::cli {
namespace {

std::string path(const std::vector<std::string>& words) {
  const auto target = parseTarget(words);
  return target ? target->path : "error: " + target.error().message;
}

TEST(Target, Hosts) {
  EXPECT_EQ(parseTarget({"web"})->host, "web");
  EXPECT_EQ(path({"web"}), "");
  EXPECT_EQ(path({"web", "a.b"}), "a.b");
  EXPECT_EQ(parseTarget({"darwin:box", "x"})->host, "darwin:box");
}

TEST(Target, Homes) {
  EXPECT_EQ(path({"web", "home:alice"}), "home-manager.users.alice");
  EXPECT_EQ(path({"web", "home:alice", "programs.git"}), "home-manager.users.alice.programs.git");
  EXPECT_EQ(path({"web", "home:alice", ""}), "home-manager.users.alice");
  EXPECT_EQ(path({"web", "home:a.b"}), "home-manager.users.\"a.b\"");
  EXPECT_EQ(path({"web", "home:in"}), "home-manager.users.\"in\"");
}

TEST(Target, Mistakes) {
  EXPECT_EQ(path({}), "error: a host is needed");
  EXPECT_EQ(path({"web", "home:"}), "error: `home:` needs the name of a user");
  EXPECT_EQ(path({"web", "a", "b"}), "error: unexpected argument `b`");
}

}  // namespace
}  // namespace fleetd::cli
