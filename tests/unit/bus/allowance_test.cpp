#include "kernel/bus/allowance.hpp"

#include <gtest/gtest.h>

namespace fleetd::bus {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

TEST(Allowance, ABurstAndThenSoManyASecond) {
  Allowance allowance(3, 2);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(allowance.take(kSecond));
  EXPECT_FALSE(allowance.take(kSecond));
  EXPECT_FALSE(allowance.take(kSecond + kSecond / 4));
  EXPECT_TRUE(allowance.take(kSecond + kSecond / 2));
  EXPECT_FALSE(allowance.take(kSecond + kSecond / 2));
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(allowance.take(1000 * kSecond));  // what is not used does not add up
  EXPECT_FALSE(allowance.take(1000 * kSecond));
}

TEST(Allowance, ALongTimeAndAClockThatStands) {
  Allowance allowance(2000, 2000);
  EXPECT_TRUE(allowance.take(INT64_MAX / 2));
  int more = 0;
  while (allowance.take(INT64_MAX / 2)) ++more;
  EXPECT_EQ(more, 1999);
  EXPECT_FALSE(allowance.take(0));
}

}  // namespace
}  // namespace fleetd::bus
