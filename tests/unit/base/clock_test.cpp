// Deadlines.
#include "kernel/base/clock.hpp"

#include <gtest/gtest.h>

namespace fleetd::base {
namespace {

using namespace std::chrono_literals;

TEST(Clock, Deadlines) {
  EXPECT_FALSE(Deadline::never().expired());
  EXPECT_EQ(Deadline::never().remaining(), std::nullopt);
  EXPECT_EQ(Deadline::never().pollTimeout(), -1);
  EXPECT_TRUE(Deadline::after(0ns).expired());
  EXPECT_EQ(Deadline::after(-5s).remaining(), 0ns);
  EXPECT_EQ(Deadline::after(-5s).pollTimeout(), 0);
  EXPECT_FALSE(Deadline::after(24h).expired());
  EXPECT_EQ(Deadline::after(24h).pollTimeout(), 3'600'000) << "bounded, so that it fits into an int";
}

TEST(Clock, NeverGoesBack) {
  const Stopwatch watch;
  std::int64_t last = monotonicNanos();
  for (int i = 0; i < 1000; ++i) {
    const std::int64_t now = monotonicNanos();
    EXPECT_GE(now, last);
    last = now;
  }
  EXPECT_GE(watch.elapsed().count(), 0);
}

}  // namespace
}  // namespace fleetd::base
