// Spreading items over processes: each once, in order, whatever becomes of a worker.
#include "kernel/process/spread.hpp"

#include <unistd.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <thread>
#include <vector>

#include "kernel/process/worker.hpp"

namespace fleetd::process {
namespace {

// What each item gave: its number from a worker, or "here".
// `cost` is what an item takes that is done in its turn.
std::vector<std::string> run(std::size_t count, const SpreadOptions& options, const SpreadMake& make,
                             std::chrono::milliseconds cost = std::chrono::milliseconds(0)) {
  std::vector<std::string> out;
  spread(count, options, make, [&](std::size_t item, std::optional<std::string_view> result) {
    EXPECT_EQ(item, out.size());
    EXPECT_FALSE(Worker::is());
    if (!result) std::this_thread::sleep_for(cost);
    out.emplace_back(result ? *result : "here");
    return true;
  });
  return out;
}

std::string number(std::size_t item) { return std::to_string(item); }

// Each item is done in its turn or was made before, in whichever process.
void expectWhole(const std::vector<std::string>& out, std::size_t count) {
  ASSERT_EQ(out.size(), count);
  for (std::size_t i = 0; i < count; ++i)
    if (out[i] != "here") {
      EXPECT_EQ(out[i], std::to_string(i));
    }
}

TEST(Spread, EachItemOnceAndInOrder) {
  for (const std::size_t count : {8u, 9u, 31u, 500u})
    for (const unsigned workers : {2u, 3u, 5u}) {
      const auto out = run(count, {workers, 2, 3}, number);
      expectWhole(out, count);
      EXPECT_EQ(out[0] + out[1], "herehere");
    }
}

TEST(Spread, BothWorkWhileThereIsWork) {
  const auto slow = [](std::size_t) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return std::string(Worker::is() ? "worker" : "before its turn");
  };
  const auto out = run(200, {2, 8, 1}, slow, std::chrono::milliseconds(1));
  const auto of = [&](std::string_view who) { return std::count(out.begin(), out.end(), who); };
  EXPECT_GT(of("worker"), 20);
  EXPECT_GT(of("here") + of("before its turn"), 20);
}

TEST(Spread, AWorkerThatIsSlowHoldsNobodyUp) {
  const auto uneven = [](std::size_t) {
    if (Worker::is()) std::this_thread::sleep_for(std::chrono::milliseconds(50));
    return std::string(Worker::is() ? "worker" : "before its turn");
  };
  const auto out = run(64, {2, 0, 1}, uneven, std::chrono::milliseconds(1));
  EXPECT_LT(std::count(out.begin(), out.end(), "worker"), 32);
  EXPECT_EQ(out.size(), 64u);
}

TEST(Spread, TooFewForAWorkerAreDoneHere) {
  const std::vector<std::string> here(5, "here");
  EXPECT_EQ(run(5, {8, 0, 3}, number), here);
  EXPECT_EQ(run(5, {1, 0, 1}, number), here);
  EXPECT_EQ(run(5, {8, 9, 1}, number), here);
  EXPECT_TRUE(run(0, {8, 2, 0}, number).empty());
}

TEST(Spread, WhatAWorkerThatDiesDidNotMakeIsDoneHere) {
  for (const unsigned workers : {2u, 4u})
    for (const std::size_t last : {0u, 5u, 40u}) {
      const auto dies = [&](std::size_t item) {
        if (Worker::is() && item >= last) ::kill(::getpid(), SIGKILL);
        return number(item);
      };
      expectWhole(run(64, {workers, 0, 1}, dies), 64);
      const auto givesUp = [&](std::size_t item) {
        if (Worker::is() && item >= last) Worker::giveUp();
        return number(item);
      };
      expectWhole(run(64, {workers, 0, 1}, givesUp), 64);
    }
}

TEST(Spread, EmptyAndLargeResultsArrive) {
  const auto out = run(
      64, {2, 0, 1},
      [](std::size_t item) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
        return item % 2 == 1 ? "" : std::string(1 << 20, 'x');
      },
      std::chrono::milliseconds(1));
  std::size_t sent = 0;
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (out[i] == "here") continue;
    ++sent;
    EXPECT_EQ(out[i].size(), i % 2 == 1 ? 0u : std::size_t{1} << 20);
  }
  EXPECT_GT(sent, 0u);
}

TEST(Spread, EndsWhenItIsTold) {
  std::size_t taken = 0;
  spread(8, {2, 0, 1}, number, [&](std::size_t item, std::optional<std::string_view>) {
    ++taken;
    return item < 5;
  });
  EXPECT_EQ(taken, 6u);
}

}  // namespace
}  // namespace fleetd::process
