// What is a difference, and what is none.
#include "kernel/deploy/zerotier_drift.hpp"

#include <gtest/gtest.h>

namespace fleetd::deploy::zerotier {
namespace {

struct Drift : testing::Test {
  Drift() {
    overlay.id = "886de5fd8e7b6a9a";
    actual.network =
        json(R"({"private":true,"ipAssignmentPools":[{"ipRangeStart":"10.0.0.100","ipRangeEnd":"10.0.0.200"}]})");
  }
  static Json json(std::string_view text) { return *base::parseJson(text); }
  // One member declared with pinned addresses, and what the controller has of it.
  Compared one(std::vector<std::string> pinned, std::vector<std::string> given, bool authorized = true) {
    overlay.members = {{"accf468219", "silo", true, {"fd00::1"}, std::move(pinned)}};
    Member member;
    member.id = "accf468219";
    member.authorized = authorized;
    member.addresses = std::move(given);
    actual.members = {member};
    return compare(overlay, actual)[0];
  }
  Overlay overlay;
  Actual actual;
};

TEST_F(Drift, Addresses) {
  EXPECT_EQ(one({}, {}).state, State::Fine);
  EXPECT_EQ(one({}, {"10.0.0.150"}).state, State::Fine);
  EXPECT_EQ(one({}, {"10.0.0.9"}).state, State::Addresses);
  EXPECT_EQ(one({"10.0.0.9"}, {"10.0.0.9"}).state, State::Fine);
  EXPECT_EQ(one({"10.0.0.9"}, {"10.0.0.9", "10.0.0.150"}).state, State::Fine);
  EXPECT_EQ(one({"10.0.0.9"}, {"10.0.0.150"}).detail, "10.0.0.9 is missing");
  EXPECT_EQ(one({"fd00::9"}, {"fd00:0::9"}).state, State::Fine);
  EXPECT_EQ(one({"10.0.0.9"}, {}, false).state, State::Unauthorized);
}

TEST_F(Drift, Repairs) {
  EXPECT_EQ(authorization(one({}, {})), R"({"authorized":true,"name":"silo"})");
  EXPECT_EQ(authorization(one({"10.0.0.9"}, {"10.0.0.150"})),
            R"({"authorized":true,"name":"silo","ipAssignments":["10.0.0.9"]})");
  EXPECT_EQ(authorization(one({"fd00::9"}, {"10.0.0.150"})),
            R"({"authorized":true,"name":"silo","ipAssignments":["fd00::9","10.0.0.150"]})");
  EXPECT_EQ(authorization(one({}, {"10.0.0.9"})), R"({"authorized":true,"name":"silo","ipAssignments":[]})");
}

TEST_F(Drift, Strangers) {
  Member stranger;
  stranger.id = "e87a717b41";
  actual.members = {stranger};
  EXPECT_EQ(compare(overlay, actual)[0].state, State::Waiting);
  actual.members[0].authorized = true;
  EXPECT_EQ(compare(overlay, actual)[0].state, State::Undeclared);
  actual.network = json(R"({"private":false})");
  EXPECT_EQ(compare(overlay, actual)[0].state, State::Fine);
}

TEST_F(Drift, Settings) {
  overlay.record = json(
      R"({"mtu":2800,"dns":{},"routes":[],"v4AssignMode":{"zt":false},"v6AssignMode":{"6plane":false,"rfc4193":true,"zt":false}})");
  EXPECT_TRUE(
      compareNetwork(overlay, json(R"({"mtu":2800,"dns":[],"routes":[1],"v6AssignMode":{"rfc4193":true}})")).empty());
  const auto found = compareNetwork(overlay, json(R"({"mtu":1400,"v6AssignMode":{"rfc4193":true,"6plane":true}})"));
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].name, "mtu");
  EXPECT_EQ(found[1].name, "v6AssignMode");
  overlay.record = json(R"({"routes":[{"target":"10.0.0.0/24","via":null}]})");
  EXPECT_TRUE(compareNetwork(overlay, json(R"({"routes":[{"via":null,"target":"10.0.0.0/24"}]})")).empty());
  EXPECT_EQ(compareNetwork(overlay, json("{}")).size(), 1u);
}

}  // namespace
}  // namespace fleetd::deploy::zerotier
