#include "kernel/bus/loop.hpp"

#include <gtest/gtest.h>

#include <string>
#include <thread>

namespace fleetd::bus {
namespace {

TEST(Loop, RunsPostedActionsInOrderOnItsThread) {
  Loop loop;
  std::string ran;
  std::thread::id where;
  for (const char c : std::string("abc")) loop.post([&ran, c] { ran += c; });
  loop.post([&] {
    where = std::this_thread::get_id();
    loop.stop();
  });
  std::thread thread([&] { loop.run(); });
  const auto id = thread.get_id();
  thread.join();
  EXPECT_EQ(ran, "abc");
  EXPECT_EQ(where, id);
}

TEST(Loop, TimersRunInOrderOfTime) {
  Loop loop;
  std::string ran;
  loop.post([&] {
    loop.after(4'000'000, [&] {
      ran += 'b';
      loop.stop();
    });
    loop.after(1'000'000, [&] { ran += 'a'; });  // earlier than the one that is waited for
    const auto never = loop.after(2'000'000, [&] { ran += 'x'; });
    EXPECT_TRUE(loop.cancel(never));
    EXPECT_FALSE(loop.cancel(never));
  });
  loop.run();
  EXPECT_EQ(ran, "ab");
}

TEST(Loop, ATimerMaySetAnother) {
  Loop loop;
  int turns = 0;
  std::function<void()> again = [&] {
    if (++turns == 5)
      loop.stop();
    else
      loop.after(100'000, again);
  };
  loop.post(again);
  loop.run();
  EXPECT_EQ(turns, 5);
}

}  // namespace
}  // namespace fleetd::bus
