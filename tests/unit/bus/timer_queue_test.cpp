#include "kernel/bus/timer_queue.hpp"

#include <gtest/gtest.h>

#include <string>

namespace fleetd::bus {
namespace {

TEST(TimerQueue, RunsWhatIsDueInOrderOfTime) {
  TimerQueue queue;
  std::string ran;
  queue.add(30, [&] { ran += 'c'; });
  queue.add(10, [&] { ran += 'a'; });
  queue.add(20, [&] { ran += 'b'; });
  EXPECT_EQ(queue.next(), 10);
  queue.runDue(20);
  EXPECT_EQ(ran, "ab");
  EXPECT_EQ(queue.next(), 30);
  queue.runDue(30);
  EXPECT_EQ(ran, "abc");
  EXPECT_EQ(queue.next(), std::nullopt);
}

TEST(TimerQueue, EqualTimesRunInOrderOfAdding) {
  TimerQueue queue;
  std::string ran;
  for (const char c : std::string("abc")) queue.add(5, [&ran, c] { ran += c; });
  queue.runDue(5);
  EXPECT_EQ(ran, "abc");
}

TEST(TimerQueue, CancelledActionsDoNotRun) {
  TimerQueue queue;
  bool ran = false;
  const auto id = queue.add(5, [&] { ran = true; });
  EXPECT_TRUE(queue.cancel(id));
  EXPECT_FALSE(queue.cancel(id));
  EXPECT_FALSE(queue.cancel(0));
  queue.runDue(100);
  EXPECT_FALSE(ran);
  EXPECT_EQ(queue.size(), 0u);
}

TEST(TimerQueue, ActionsMayAddAndCancel) {
  TimerQueue queue;
  int ran = 0;
  TimerQueue::Id victim = 0;
  queue.add(1, [&] {
    queue.add(1, [&] { ++ran; });  // due already, but of a later turn
    queue.cancel(victim);
  });
  victim = queue.add(2, [&] { ran += 100; });
  queue.runDue(10);
  EXPECT_EQ(ran, 0);
  queue.runDue(10);
  EXPECT_EQ(ran, 1);
}

TEST(TimerQueue, AnActionThatAddsItselfDoesNotLoopForEver) {
  TimerQueue queue;
  int ran = 0;
  std::function<void()> again = [&] {
    ++ran;
    queue.add(1, again);
  };
  queue.add(1, again);
  queue.runDue(10);
  EXPECT_EQ(ran, 1);
}

}  // namespace
}  // namespace fleetd::bus
