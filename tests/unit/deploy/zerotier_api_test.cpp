// Answers of a daemon: believed when they make sense, refused as a whole when they do not.
#include "kernel/deploy/zerotier_api.hpp"

#include <gtest/gtest.h>

namespace fleetd::deploy::zerotier {
namespace {

constexpr char kMember[] =
    R"({"activeBridge":false,"address":"accf468219","authorized":true,"id":"accf468219","identity":"","ipAssignments":["10.147.17.97"],"name":"a","vMajor":1,"vMinor":14,"vRev":1})";

Json json(std::string_view text) { return *readAnswer(text); }

TEST(ZerotierApi, Ids) {
  EXPECT_TRUE(isNodeId("accf468219"));
  for (const char* text : {"", "accf46821", "accf4682199", "ACCF468219", "0000000000", "ffcf468219", "accf46821g"})
    EXPECT_FALSE(isNodeId(text)) << text;
  EXPECT_TRUE(isNetworkId("886de5fd8e7b6a9a"));
  EXPECT_FALSE(isNetworkId("886de5fd8e7b6a9A"));
}

TEST(ZerotierApi, AMember) {
  const auto member = readMember(json(kMember), "accf468219");
  ASSERT_TRUE(member);
  EXPECT_TRUE(member->authorized);
  EXPECT_EQ(member->version, "1.14.1");
  EXPECT_EQ(member->addresses, std::vector<std::string>{"10.147.17.97"});
  EXPECT_FALSE(readMember(json(kMember), "e87a717b41"));
  const auto never = readMember(json(R"({"id":"accf468219","authorized":false,"vMajor":-1})"), "");
  ASSERT_TRUE(never);
  EXPECT_TRUE(never->version.empty());
}

TEST(ZerotierApi, NoMembers) {
  for (const char* text :
       {"[]", "{}", R"({"id":"accf468219"})", R"({"id":"accf468219","authorized":1})",
        R"({"id":"x","authorized":true})", R"({"id":"accf468219","authorized":true,"ipAssignments":{}})",
        R"({"id":"accf468219","authorized":true,"ipAssignments":[1]})",
        R"({"id":"accf468219","authorized":true,"identity":"accf468219:0:00"})"})
    EXPECT_FALSE(readMember(json(text), "")) << text;
  EXPECT_FALSE(readAnswer(R"({"id":1,"id":2})"));
  EXPECT_FALSE(readAnswer(std::string(40, '[') + std::string(40, ']')));
}

TEST(ZerotierApi, Lists) {
  const std::string one = kMember;
  EXPECT_EQ(readMembers(json("{\"data\":[" + one + "],\"meta\":{}}"))->size(), 1u);
  EXPECT_FALSE(readMembers(json("{\"data\":[" + one + "," + one + "]}")));
  EXPECT_EQ(*readMemberIds(json(R"({"e87a717b41":3,"886de5fd8e":2})")),
            (std::vector<std::string>{"886de5fd8e", "e87a717b41"}));
  EXPECT_FALSE(readMemberIds(json(R"({"../../x":1})")));
  const auto peers = readPeers(json(
      R"([{"address":"886de5fd8e","latency":28,"paths":[{"active":false,"address":"a/1"},{"active":true,"address":"b/1","expired":true},{"active":true,"address":"10.99.0.1/9993","expired":false,"lastReceive":5}],"versionMajor":-1}])"));
  ASSERT_TRUE(peers);
  EXPECT_EQ((*peers)[0].path, "10.99.0.1/9993");
  EXPECT_TRUE((*peers)[0].version.empty());
  EXPECT_FALSE(readPeers(json(R"([{"address":""}])")));
}

}  // namespace
}  // namespace fleetd::deploy::zerotier
