#include "kernel/plugin/isolated_config.hpp"

#include <gtest/gtest.h>

namespace fleetd::plugin {
namespace {

IsolatedConfig sample() {
  IsolatedConfig out;
  out.host.endpoint = "ipc:///run/x/rpc";
  out.host.routingId = "plugin-1";
  out.host.library = "/lib/a.so";
  out.host.id = "org.example.a";
  out.host.settings = std::string("\x81\x00", 2);
  out.host.token = "secret";
  out.ceilings = {1ull << 40, 17};
  return out;
}

TEST(IsolatedConfig, ComesBackWhole) {
  const auto back = decodeConfig(encodeConfig(sample()));
  ASSERT_TRUE(back.ok()) << back.error().message;
  EXPECT_EQ(back->host.endpoint, "ipc:///run/x/rpc");
  EXPECT_EQ(back->host.routingId, "plugin-1");
  EXPECT_EQ(back->host.library, "/lib/a.so");
  EXPECT_EQ(back->host.id, "org.example.a");
  EXPECT_EQ(back->host.settings, std::string("\x81\x00", 2));
  EXPECT_EQ(back->host.token, "secret");
  EXPECT_EQ(back->ceilings.memory, 1ull << 40);
  EXPECT_EQ(back->ceilings.processes, 17u);
}

TEST(IsolatedConfig, DamagedOnesAreRefused) {
  const auto whole = encodeConfig(sample());
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(decodeConfig(whole.substr(0, size)).ok()) << size;
  EXPECT_FALSE(decodeConfig(whole + "x").ok());
  auto without = sample();
  without.host.token.clear();
  EXPECT_FALSE(decodeConfig(encodeConfig(without)).ok());
  EXPECT_FALSE(decodeConfig("\x81\xa5other\x01").ok());
}

}  // namespace
}  // namespace fleetd::plugin
