#include "kernel/bus/hello.hpp"

#include <gtest/gtest.h>

#include <set>

namespace fleetd::bus {
namespace {

TEST(Hello, OpensWithItsTokenOnly) {
  const auto packed = packHello("token", std::string("a\0b", 3));
  EXPECT_EQ(openHello(packed, "token"), std::string("a\0b", 3));
  EXPECT_EQ(openHello(packHello("", ""), ""), "");
  for (const char* other : {"", "toke", "tokem", "token "}) EXPECT_FALSE(openHello(packed, other)) << other;
}

TEST(Hello, DamagedOnesDoNotOpen) {
  const auto packed = packHello("token", "body");
  for (std::size_t size = 0; size < packed.size(); ++size) EXPECT_FALSE(openHello(packed.substr(0, size), "token"));
  EXPECT_FALSE(openHello(packed + "x", "token"));
  EXPECT_FALSE(openHello("\x92\xc6\xff\xff\xff\xff", "token"));
  EXPECT_FALSE(openHello("\x93\xc4\x00\xc4\x00\xc4\x00", ""));
}

TEST(Hello, NamesAreNotGuessed) {
  std::set<std::string> names;
  for (int i = 0; i < 1000; ++i) names.insert(randomName());
  EXPECT_EQ(names.size(), 1000u);
  EXPECT_EQ(names.begin()->size(), 32u);
}

}  // namespace
}  // namespace fleetd::bus
