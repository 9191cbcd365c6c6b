// Who comes before whom, and what a class can do.
#include "kernel/deploy/deployment.hpp"

#include "kernel/deploy/waves.hpp"

#include <gtest/gtest.h>

namespace fleetd::deploy {
namespace {

Target named(const std::string& name, bool canary, bool last) {
  Target out;
  out.name = name;
  out.canary = canary;
  out.last = last;
  return out;
}

TEST(Deployment, WavesAreCanariesTheRestAndEachOfTheLast) {
  const std::vector<Target> targets{named("a", false, false), named("b", false, true), named("c", true, false),
                                    named("d", false, false), named("e", false, true)};
  EXPECT_EQ(wavesOf(targets), (std::vector<std::vector<std::size_t>>{{2}, {0, 3}, {1}, {4}}));
  EXPECT_TRUE(wavesOf({}).empty());
}

Target home(const std::string& name, bool canary = false) {
  Target out = named(name, canary, false);
  out.klass = "home";
  return out;
}

TEST(Deployment, HomesFollowTheirMachines) {
  const std::vector<Target> targets{home("ada@b"), named("a", false, false), named("b", false, true), home("ada@a"),
                                    home("eve@elsewhere")};
  EXPECT_EQ(machineOf(targets, 0), std::optional<std::size_t>(2));
  EXPECT_EQ(machineOf(targets, 4), std::nullopt);
  EXPECT_EQ(wavesOf(targets), (std::vector<std::vector<std::size_t>>{{1}, {3, 4}, {2}, {0}}));
  // A home that is a canary takes its machine along.
  EXPECT_EQ(wavesOf({home("ada@a", true), named("a", false, true), named("b", false, false)}),
            (std::vector<std::vector<std::size_t>>{{1}, {0}, {2}}));
}

TEST(Deployment, GoalsOfClasses) {
  for (const Goal goal : {Goal::Switch, Goal::Boot, Goal::Test, Goal::DryActivate})
    EXPECT_TRUE(checkGoal(goal, "nixos", "h"));
  EXPECT_TRUE(checkGoal(Goal::Switch, "darwin", "h"));
  EXPECT_TRUE(checkGoal(Goal::Test, "darwin", "h"));
  EXPECT_FALSE(checkGoal(Goal::Boot, "darwin", "h"));
  EXPECT_TRUE(checkGoal(Goal::Switch, "home", "h"));
  EXPECT_EQ(checkGoal(Goal::Test, "home", "h").error().code, base::Code::FL0823);
}

TEST(Deployment, WhatSshSaysBecomesACode) {
  const Address address = *parseAddress("web");
  process::Finished finished;
  finished.status.code = 255;
  const auto code = [&](std::string_view said) {
    finished.errors = said;
    return sshFailure(address, finished).code;
  };
  EXPECT_EQ(code("@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\nHost key verification failed.\n"),
            base::Code::FL0816);
  EXPECT_EQ(code("Host key verification failed.\n"), base::Code::FL0816);
  EXPECT_EQ(code("root@web: Permission denied (publickey).\n"), base::Code::FL0817);
  EXPECT_EQ(code("ssh: connect to host web port 22: Connection refused\n"), base::Code::FL0815);
  EXPECT_EQ(code(""), base::Code::FL0815);
}

}  // namespace
}  // namespace fleetd::deploy
