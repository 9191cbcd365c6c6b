// Ids and addresses against what the official daemon assigned, and the values of two public deployments.
#include "plugins/common/zerotier/network.hpp"

#include <gtest/gtest.h>

#include "tests/unit/plugins/zerotier/support.hpp"

namespace fleetd::zerotier {
namespace {

struct Example {
  const char *network, *node, *local, *plane, *mac, *interface;
};
constexpr Example kExamples[] = {
    {"886de5fd8e7b6a9a", "accf468219", "fd88:6de5:fd8e:7b6a:9a99:93ac:cf46:8219", "fc06:168f:67ac:cf46:8219::1",
     "9ac6b4c87ffc", "ztoxrz5fyu"},
    {"7c46d5b1c700f1ee", "e409c8d8d5", "fd7c:46d5:b1c7:f1:ee99:93e4:9c8:d8d5", "fcbb:4624:5fe4:9c8:d8d5::1",
     "ee15090f6900", "ztzwa5kqbj"},
    {"db4344343b14b903", "0ee971d9e0", "fddb:4344:343b:14b9:399:930e:e971:d9e0", "fce0:57fd:370e:e971:d9e0::1",
     "02b7fd4aeda4", "zt554fbdjy"},
    {"9cecf3d17d08a5b2", "9cecf3d17d", "fd9c:ecf3:d17d:8a5:b299:939c:ecf3:d17d", "fce1:e456:639c:ecf3:d17d::1",
     "b239e48e008e", "ztjwi7w5gp"},
};

TEST(ZerotierNetwork, DerivedAddresses) {
  for (const Example& one : kExamples) {
    const auto network = *parseNetworkId(one.network);
    const auto node = *parseAddress(one.node);
    EXPECT_EQ(network.text(), one.network);
    EXPECT_EQ(ip6Text(rfc4193(network, node)), one.local);
    EXPECT_EQ(ip6Text(sixPlane(network, node)), one.plane);
    EXPECT_EQ(hexOf(macOf(network, node)), one.mac);
    EXPECT_EQ(interfaceOf(network), one.interface);
    EXPECT_EQ(nodeOf(network, *parseIp6(one.local)), node);
    EXPECT_FALSE(nodeOf(network, *parseIp6(one.plane)));
    EXPECT_FALSE(nodeOf({network.bits + 1}, *parseIp6(one.local)));
  }
  EXPECT_EQ(parseNetworkId("db4344343b14b903")->controller().text(), "db4344343b");
}

TEST(ZerotierNetwork, Ids) {
  for (const char* bad : {"", "db4344343b14b90", "db4344343b14b9033", "DB4344343B14B903", "ff00160016000000",
                          "0000000000000001", "db4344343b14b90z"})
    EXPECT_FALSE(parseNetworkId(bad).ok()) << bad;
  CountingRandom random;
  const auto id = newNetworkId({0xa60eb79636}, random);
  EXPECT_EQ(id.text(), "a60eb796360b3055");
  struct Zeros final : Random {
    void fill(std::span<std::uint8_t> out) override {
      for (auto& byte : out) byte = calls == 0 ? 0 : 7;
      ++calls;
    }
    int calls = 0;
  } zeros;
  EXPECT_EQ(newNetworkId({0xa60eb79636}, zeros).text(), "a60eb79636070707") << "the number zero is no network";
}

TEST(ZerotierNetwork, Ip6Texts) {
  const std::pair<const char*, const char*> texts[] = {{"::", "::"},
                                                       {"::1", "::1"},
                                                       {"1::", "1::"},
                                                       {"2001:DB8::", "2001:db8::"},
                                                       {"1:0:0:2:0:0:0:3", "1:0:0:2::3"},
                                                       {"1:0:2:3:4:5:6:7", "1:0:2:3:4:5:6:7"},
                                                       {"0001:0002:0003:0004:0005:0006:0007:0008", "1:2:3:4:5:6:7:8"},
                                                       {"0:0:1::", "0:0:1::"},
                                                       {"0:0:1:2:3:4:5:6", "::1:2:3:4:5:6"},
                                                       {"1:2:3:4:5:6::", "1:2:3:4:5:6::"}};
  for (const auto& [text, canonical] : texts) {
    const auto ip = parseIp6(text);
    ASSERT_TRUE(ip) << text;
    EXPECT_EQ(ip6Text(*ip), canonical);
  }
  for (const char* bad : {"", ":", ":::", "1", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::", "1::2::3",
                          "12345::", "g::", "1:2:3:4:5:6:7:", ":1:2:3:4:5:6:7", "::1%eth0", "::1/88", "1.2.3.4"})
    EXPECT_FALSE(parseIp6(bad)) << bad;
}

}  // namespace
}  // namespace fleetd::zerotier
