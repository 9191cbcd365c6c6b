// Big stacks and the measure of what is left.
#include "kernel/base/big_stack.hpp"

#include <gtest/gtest.h>

namespace fleetd::base {
namespace {

// Uses about a kilobyte a level until `enough` bytes are used up or the limit is near; returns the depth.
__attribute__((noinline)) std::size_t dig(std::size_t keep) {
  volatile char room[1024];
  room[0] = 1;
  if (stackRemaining() < keep) return 0;
  return dig(keep) + static_cast<std::size_t>(room[0]);
}

TEST(BigStack, RecursionStopsAtTheLimitInsteadOfCrashing) {
  std::size_t small = 0;
  std::size_t big = 0;
  ASSERT_TRUE(runOnBigStack([&] { small = dig(64 << 10); }, 16u << 20));
  ASSERT_TRUE(runOnBigStack([&] { big = dig(64 << 10); }, 64u << 20));
  EXPECT_GT(small, 1000u);
  EXPECT_GT(big, small * 2) << "a larger stack holds more";
}

TEST(BigStack, TheReserveIsOurs) {
  std::size_t remaining = 0;
  ASSERT_TRUE(runOnBigStack([&] { remaining = stackRemaining(); }, 64u << 20));
  EXPECT_GT(remaining, 60u << 20);
  EXPECT_LE(remaining, 64u << 20);
  EXPECT_GT(stackRemaining(), 0u) << "the main thread has an answer, too";
}

TEST(BigStack, AnAbsurdSizeIsReducedInsteadOfFailing) {
  bool ran = false;
  ASSERT_TRUE(runOnBigStack([&] { ran = true; }, std::size_t{1} << 52));
  EXPECT_TRUE(ran);
}

TEST(BigStack, ThreadsAreJoinedByTheirOwner) {
  int value = 0;
  {
    auto thread = StackThread::start(16u << 20, [&] { value = 7; });
    ASSERT_TRUE(thread);
    const StackThread moved = std::move(thread).value();
  }
  EXPECT_EQ(value, 7);
}

}  // namespace
}  // namespace fleetd::base
