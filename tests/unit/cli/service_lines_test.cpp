// Services of a host as lines, and what becomes of them when they are compared.
#include "kernel/cli/service_lines.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace fleetd::cli {
namespace {

class ServiceLines : public ::testing::Test {
 protected:
  ServiceLines() : ev_(sources_, symbols_) { inventory_.machines = {"web", "db"}; }

  void give(const std::string& instance, const std::string& service, const std::string& role,
            const std::string& settings, const std::string& machine = "web") {
    auto it = std::find_if(inventory_.instances.begin(), inventory_.instances.end(),
                           [&](const auto& one) { return one.name == instance; });
    if (it == inventory_.instances.end()) {
      inventory_.instances.emplace_back();
      it = inventory_.instances.end() - 1;
      it->name = instance;
      it->service = service;
    }
    it->roles[role].machines[machine] = ev_.evalText("settings", settings, "/");
  }
  std::string lines(const std::string& host = "web") { return serviceLines(ev_, inventory_, host); }
  static std::vector<ServiceChange> between(const std::string& before, const std::string& after,
                                            std::vector<OptionChange>* rest = nullptr) {
    auto changes = optionChanges(before, after);
    auto out = takeServiceChanges(changes);
    if (rest) *rest = std::move(changes);
    return out;
  }

  base::SourceMap sources_;
  base::SymbolTable symbols_;
  lang::Evaluator ev_;
  fleet::Inventory inventory_;
};

TEST_F(ServiceLines, ComeGoAndChange) {
  give("ssh", "sshd", "server", "{ }");
  give("old", "borg", "client", "{ }");
  give("same", "users", "default", "{ a = 1; b = [ 2 ]; }");
  const std::string before = lines();
  EXPECT_TRUE(between(before, before).empty());
  inventory_.instances.erase(inventory_.instances.begin() + 1);
  give("ssh", "sshd", "server", "{ port = 22; }");
  give("new", "zerotier", "peer", "{ }");
  std::vector<OptionChange> rest;
  const auto found = between(before + "a.b = 1\n", lines() + "a.b = 2\n", &rest);
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found[0].what, ServiceChange::What::Comes);
  EXPECT_EQ(found[0].instance + " " + found[0].role + " " + found[0].service, "new peer zerotier");
  EXPECT_EQ(found[1].what, ServiceChange::What::Goes);
  EXPECT_EQ(found[1].instance + " " + found[1].role + " " + found[1].service, "old client borg");
  EXPECT_EQ(found[2].what, ServiceChange::What::Changes);
  EXPECT_EQ(found[2].instance, "ssh");
  ASSERT_EQ(rest.size(), 1u);
  EXPECT_EQ(rest[0].option, "a.b");
}

TEST_F(ServiceLines, OtherMachinesAreNoMatter) {
  give("ssh", "sshd", "server", "{ }", "db");
  EXPECT_EQ(lines(), "services/ = \"1\"\n");
  EXPECT_NE(lines("db"), "services/ = \"1\"\n");
}

TEST_F(ServiceLines, WhatWasRecordedEarlierTellsNothing) {
  give("ssh", "sshd", "server", "{ }");
  std::vector<OptionChange> rest;
  EXPECT_TRUE(between("a.b = 1\n", "a.b = 1\n" + lines(), &rest).empty());
  EXPECT_TRUE(rest.empty());
  inventory_.machines.clear();
  EXPECT_EQ(lines(), "");
}

TEST_F(ServiceLines, NamesMayHoldAnything) {
  const std::string bad = "a/b = \"c\"\n%41 ü";
  const std::string before = lines();
  give(bad, bad, bad, "{ }");
  const auto found = between(before, lines());
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].instance, bad);
  EXPECT_EQ(found[0].role, bad);
  EXPECT_EQ(found[0].service, bad);
}

TEST_F(ServiceLines, SettingsThatCannotBeEvaluatedAreNoTrouble) {
  give("a", "s", "r", "throw \"no\"");
  give("b", "s", "r", "x: x");
  EXPECT_TRUE(between(lines(), lines()).empty());
}

}  // namespace
}  // namespace fleetd::cli
