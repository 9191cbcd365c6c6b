#include <gtest/gtest.h>

#include "kernel/plugin/plugins.hpp"

namespace fleetd::plugin {
namespace {

HostView host(std::string name) {
  HostView out;
  out.name = std::move(name);
  out.hostClass = "nixos";
  return out;
}

class PluginsAheadTest : public testing::Test {
 protected:
  Plugins open(PluginsOptions options = {}) {
    return Plugins::open({{FIXTURES, Origin::installed}}, std::move(options), diagnostics);
  }
  // What some hosts get, and the findings.
  std::pair<std::vector<std::string>, std::vector<std::string>> contribute(Plugins& plugins, const std::string& id,
                                                                           const std::vector<HostView>& hosts) {
    Diagnostics fresh;
    std::pair<std::vector<std::string>, std::vector<std::string>> out;
    for (const auto& fragment : plugins.contribute(id, fleet, hosts, fresh))
      out.first.push_back(fragment ? fragment->host + fragment->hash.hex() : "nothing");
    for (const Diagnostic& d : fresh.sorted())
      out.second.push_back(d.host + ": " + std::string(base::info(d.code).id) + " " + d.message);
    return out;
  }

  const FleetDocument fleet{FleetView{}};
  Diagnostics diagnostics;
};

TEST_F(PluginsAheadTest, TheAnswersAreThoseOfAskingInTurn) {
  std::vector<HostView> hosts{host("web"), host("fails"), host("reports"), host("outside")};
  for (int i = 0; i < 150; ++i) hosts.push_back(host("h" + std::to_string(i)));
  Plugins inTurn = open(), ahead = open();
  ahead.prepare({"test.service", "flaw.none"});
  ahead.prepareRules({"test.service", "flaw.none"});
  ahead.tell({{"test.service", fleet}});
  ahead.prepareContribute("test.service", fleet, hosts);
  EXPECT_EQ((*ahead.schema("test.service"))->options.size(), (*inTurn.schema("test.service"))->options.size());
  EXPECT_TRUE((*ahead.schema("flaw.none"))->options.empty());
  EXPECT_EQ(ahead.rules("test.service")->hash, inTurn.rules("test.service")->hash);
  EXPECT_TRUE(ahead.rules("flaw.none")->definitions.empty());
  EXPECT_EQ(contribute(ahead, "test.service", hosts), contribute(inTurn, "test.service", hosts));
  // What it was asked is counted once.
  EXPECT_EQ(ahead.touched().at("test.service").calls.names(), inTurn.touched().at("test.service").calls.names());
}

TEST_F(PluginsAheadTest, AnAnswerIsForItsOwnQuestion) {
  Plugins plugins = open();
  ComposedView fails, good;
  fails.name = "check-fails";
  good.name = "good";
  plugins.prepareCheck("test.service", {packed(fails)});
  EXPECT_TRUE(plugins.check("test.service", {packed(good)}, diagnostics));
  EXPECT_FALSE(plugins.check("test.service", {packed(fails)}, diagnostics));  // the one that waited
  EXPECT_FALSE(plugins.check("test.service", {packed(fails)}, diagnostics));  // and one more
}

TEST_F(PluginsAheadTest, WhatFailsIsSaidByWhoAsks) {
  Plugins plugins = open();
  plugins.prepare({"test.raw", "no.such"});
  plugins.prepareRules({"no.such"});
  plugins.prepareContribute("no.such", fleet, {host("web")});
  EXPECT_TRUE(diagnostics.sorted().empty());
  EXPECT_EQ(plugins.schema("test.raw").error().code, Code::FL0310);
  EXPECT_EQ(plugins.schema("no.such").error().code, Code::FL0301);
  EXPECT_EQ(plugins.rules("no.such").error().code, Code::FL0301);
}

TEST_F(PluginsAheadTest, OneThatHangsCostsOneDeadline) {
  PluginsOptions options;
  options.callMs = 20;
  options.stopMs = 20;
  Plugins plugins = open(std::move(options));
  plugins.tell({{"test.hang", fleet}});
  plugins.prepareContribute("test.hang", fleet, {host("web")});
  const auto [got, said] = contribute(plugins, "test.hang", {host("web")});
  EXPECT_EQ(got, std::vector<std::string>{"nothing"});
  ASSERT_EQ(said.size(), 1u);
  EXPECT_NE(said.front().find("FL0314"), std::string::npos) << said.front();
}

TEST_F(PluginsAheadTest, AnAnswerNobodyWantsIsForgotten) {
  Plugins plugins = open();
  ComposedView many;
  many.name = "check-many";
  plugins.prepare({"test.service"});
  plugins.prepareCheck("test.service", {packed(many)});
  EXPECT_TRUE(plugins.rules("test.service").ok());  // behind it
}

}  // namespace
}  // namespace fleetd::plugin
