// Addresses and subnets of both families.
#include "plugins/common/zerotier/ip.hpp"

#include <gtest/gtest.h>

namespace fleetd::zerotier {
namespace {

TEST(ZerotierIp, TextsComeBack) {
  for (const char* text :
       {"0.0.0.0", "10.147.17.9", "255.255.255.255", "::", "fd00::9", "fddb:4344:343b:14b9:399:930e:e971:d9e0"}) {
    const auto ip = parseIp(text);
    ASSERT_TRUE(ip) << text;
    EXPECT_EQ(ip->text(), text);
  }
  EXPECT_EQ(parseIp("fd00:0::9"), parseIp("fd00::9"));
  EXPECT_NE(parseIp("0.0.0.1"), parseIp("100::"));
}

TEST(ZerotierIp, NoAddresses) {
  for (const char* text :
       {"", "10.147.17", "10.147.17.9.1", "10.147.17.256", "10.147.017.9", "10.147.17.-1", " 10.0.0.1", "10.0.0.1 ",
        "10..0.1", "10.0.0.1/24", "fd00:::9", "fd00::9%zt0", "barn", "::ffff:10.0.0.1"})
    EXPECT_FALSE(parseIp(text)) << text;
  EXPECT_FALSE(parseIp(std::string_view("10.0.0.1\0", 9)));
}

TEST(ZerotierIp, Subnets) {
  const auto net = parseSubnet("10.147.17.0/24");
  ASSERT_TRUE(net);
  EXPECT_TRUE(net->contains(*parseIp("10.147.17.255")));
  EXPECT_FALSE(net->contains(*parseIp("10.147.16.255")));
  EXPECT_FALSE(net->contains(*parseIp("a93:1100::")));  // the same bytes in the other family
  EXPECT_EQ(parseSubnet("10.147.17.9/23")->first().text(), "10.147.16.0");
  EXPECT_EQ(parseSubnet("10.147.17.9/23")->text(), "10.147.17.9/23");
  EXPECT_TRUE(parseSubnet("0.0.0.0/0")->contains(*parseIp("192.0.2.1")));
  EXPECT_TRUE(parseSubnet("fd00::9/128")->contains(*parseIp("fd00::9")));
  EXPECT_FALSE(parseSubnet("fd00::9/127")->contains(*parseIp("fd00::a")));
  for (const char* text : {"10.0.0.0", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/024", "10.0.0.0/-1", "10.0.0.0/2x", "/24",
                           "fd00::/129", "10.0.0.0/24/24"})
    EXPECT_FALSE(parseSubnet(text)) << text;
}

}  // namespace
}  // namespace fleetd::zerotier
