// The record of deployments: what is written is found again, by this process and the next.
#include "kernel/state/state.hpp"

#include <sys/stat.h>

#include <gtest/gtest.h>

#include "kernel/base/file.hpp"

namespace fleetd::state {
namespace {

class StateTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto made = base::makeTempDir("state");
    ASSERT_TRUE(made);
    directory_ = *made;
  }
  void TearDown() override { ASSERT_TRUE(base::removeTree(directory_)); }
  State open() {
    auto state = State::open(directory_);
    EXPECT_TRUE(state) << state.error().message;
    return std::move(*state);
  }

  std::string directory_;
};

Outcome outcome(std::int64_t deployment, const std::string& what, const std::string& system) {
  return {deployment, "nixos", "web", system, "old", what, "", "a = 1", 5};
}

TEST_F(StateTest, DeploymentsAndOutcomes) {
  std::int64_t first = 0;
  {
    State state = open();
    const auto id = state.begin({0, 100, 0, "ada@desk", "abc", "switch"});
    ASSERT_TRUE(id);
    first = *id;
    ASSERT_TRUE(state.record(outcome(*id, "deployed", "one"), Answered::Yes));
    ASSERT_TRUE(state.end(*id, 200));
  }
  State state = open();
  const auto second = state.begin({0, 300, 0, "ada@desk", "", "boot"});
  ASSERT_TRUE(second);
  EXPECT_GT(*second, first);
  ASSERT_TRUE(state.record(outcome(*second, "failed", "two"), Answered::No));
  const auto all = state.deployments(10);
  ASSERT_TRUE(all);
  ASSERT_EQ(all->size(), 2u);
  EXPECT_EQ((*all)[0].id, *second);
  EXPECT_EQ((*all)[0].ended, 0);
  EXPECT_EQ((*all)[1].ended, 200);
  EXPECT_EQ((*all)[1].who, "ada@desk");
  EXPECT_EQ(state.outcomes(*second)->size(), 1u);
  EXPECT_EQ(state.deployments(1)->size(), 1u);
}

TEST_F(StateTest, TheLastDeploymentThatChangedAHost) {
  State state = open();
  EXPECT_FALSE(*state.lastDeployed("nixos", "web"));
  const auto one = *state.begin({0, 1, 0, "", "", "switch"}), two = *state.begin({0, 2, 0, "", "", "switch"});
  ASSERT_TRUE(state.record(outcome(one, "deployed", "one"), Answered::No));
  ASSERT_TRUE(state.record(outcome(two, "rolled back", "two"), Answered::No));
  EXPECT_EQ((*state.lastDeployed("nixos", "web"))->system, "one");
  EXPECT_FALSE(*state.lastDeployed("darwin", "web"));
  EXPECT_EQ((*state.deployedAs("nixos", "web", "one"))->options, "a = 1");
  EXPECT_FALSE(*state.deployedAs("nixos", "web", "two"));
  // It has its system, and something is missing.
  ASSERT_TRUE(state.record(outcome(two, "incomplete", "two"), Answered::Yes));
  EXPECT_EQ((*state.lastDeployed("nixos", "web"))->system, "two");
  EXPECT_TRUE(*state.deployedAs("nixos", "web", "two"));
}

TEST_F(StateTest, BuildsAndContacts) {
  State state = open();
  EXPECT_FALSE(*state.built("nixos", "web"));
  ASSERT_TRUE(state.recordBuild("nixos", "web", {"f1", "p1"}));
  ASSERT_TRUE(state.recordBuild("nixos", "web", {"f2", "p2"}));
  EXPECT_EQ((*state.built("nixos", "web"))->path, "p2");
  EXPECT_EQ(*state.lastContact("nixos", "web"), 0);
  ASSERT_TRUE(state.contacted("nixos", "web", 7));
  EXPECT_EQ(*state.lastContact("nixos", "web"), 7);
}

TEST_F(StateTest, AnOutcomeIsAContactWhereTheHostAnswered) {
  State state = open();
  const auto id = *state.begin({0, 1, 0, "", "", "switch"});
  ASSERT_TRUE(state.record(outcome(id, "failed", "one"), Answered::No));
  EXPECT_EQ(*state.lastContact("nixos", "web"), 0);
  ASSERT_TRUE(state.record(outcome(id, "unchanged", "one"), Answered::Yes));
  EXPECT_EQ(*state.lastContact("nixos", "web"), 5);
  // Another process sees it at once.
  EXPECT_EQ((*open().lastDeployed("nixos", "web"))->outcome, "unchanged");
}

TEST_F(StateTest, TogetherIsAllOrNothing) {
  auto database = Database::open(directory_ + "/x.db", {"CREATE TABLE t (a INTEGER)"});
  ASSERT_TRUE(database);
  for (const auto waiting : {Database::Waiting::No, Database::Waiting::Yes}) {
    const auto failed = database->together(waiting, [&]() -> Result<void> {
      EXPECT_TRUE(database->query("INSERT INTO t VALUES (1)"));
      return Error{base::Code::FL0825, "no", "", {}};
    });
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().message, "no");
    EXPECT_TRUE(database->query("SELECT a FROM t")->empty());
  }
  ASSERT_TRUE(database->together(Database::Waiting::No, [&]() -> Result<void> {
    EXPECT_TRUE(database->query("INSERT INTO t VALUES (2)"));
    return {};
  }));
  EXPECT_EQ(database->query("SELECT a FROM t")->size(), 1u);
}

TEST_F(StateTest, OneOfANewerFleetdIsLeftAlone) {
  ASSERT_TRUE(Database::open(directory_ + "/x.db", {"CREATE TABLE t (a INTEGER)", "CREATE TABLE u (a INTEGER)"}));
  const auto older = Database::open(directory_ + "/x.db", {"CREATE TABLE t (a INTEGER)"});
  ASSERT_FALSE(older);
  EXPECT_NE(older.error().message.find("newer fleetd"), std::string::npos);
}

TEST_F(StateTest, OthersCannotReadIt) {
  open();
  struct stat found {};
  ASSERT_EQ(::stat((directory_ + "/state.db").c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777u, 0600u);
}

TEST_F(StateTest, WhatIsNoDatabaseIsAnError) {
  ASSERT_TRUE(base::writeFileAtomic(directory_ + "/state.db", std::string(4096, 'x')));
  const auto state = State::open(directory_);
  ASSERT_FALSE(state);
  EXPECT_EQ(state.error().code, base::Code::FL0825);
}

TEST_F(StateTest, TextWithQuotesAndZerosIsKept) {
  State state = open();
  Outcome odd = outcome(*state.begin({}), "deployed", "'; DROP TABLE outcomes; --");
  odd.options = std::string("a\0b", 3);
  ASSERT_TRUE(state.record(odd, Answered::No));
  EXPECT_EQ((*state.lastDeployed("nixos", "web"))->system, odd.system);
  EXPECT_EQ((*state.lastDeployed("nixos", "web"))->options, odd.options);
}

}  // namespace
}  // namespace fleetd::state
