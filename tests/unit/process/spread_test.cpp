// Spreading items over processes: each once, in order, whatever becomes of a worker.
#include "kernel/process/spread.hpp"

#include <unistd.h>

#include <gtest/gtest.h>

#include <csignal>
#include <vector>

#include "kernel/process/worker.hpp"

namespace fleetd::process {
namespace {

// What each item gave: its number from a worker, or "here".
std::vector<std::string> run(std::size_t count, const SpreadOptions& options, const SpreadMake& make) {
  std::vector<std::string> out;
  spread(count, options, make, [&](std::size_t item, std::optional<std::string_view> result) {
    EXPECT_EQ(item, out.size());
    EXPECT_FALSE(Worker::is());
    out.emplace_back(result ? *result : "here");
    return true;
  });
  return out;
}

std::string number(std::size_t item) { return Worker::is() ? std::to_string(item) : "not on a worker"; }

TEST(Spread, EachItemOnceAndInOrder) {
  const std::vector<std::string> two{"here", "here", "here", "3", "here", "5", "here", "7"};
  EXPECT_EQ(run(8, {2, 2, 3}, number), two);
  const std::vector<std::string> three{"here", "1", "2", "here", "4", "5"};
  EXPECT_EQ(run(6, {3, 0, 2}, number), three);
}

TEST(Spread, ManyItemsAreSentInBlocks) {
  const auto out = run(1000, {2, 8, 1}, number);
  std::size_t here = 0, changes = 0;
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (out[i] == "here")
      ++here;
    else
      EXPECT_EQ(out[i], std::to_string(i));
    changes += i > 0 && (out[i] == "here") != (out[i - 1] == "here");
  }
  EXPECT_GT(here, 400u);
  EXPECT_LT(here, 600u);
  EXPECT_LT(changes, 20u);
}

TEST(Spread, TooFewForAWorkerAreDoneHere) {
  const std::vector<std::string> here(5, "here");
  EXPECT_EQ(run(5, {8, 0, 3}, number), here);
  EXPECT_EQ(run(5, {1, 0, 1}, number), here);
  EXPECT_EQ(run(5, {8, 9, 1}, number), here);
  EXPECT_TRUE(run(0, {8, 2, 0}, number).empty());
}

TEST(Spread, WhatAWorkerThatDiesDidNotMakeIsDoneHere) {
  const std::vector<std::string> expected{"here", "1", "here", "3", "here", "here", "here", "here"};
  const auto dies = [](std::size_t item) {
    if (item == 5) ::kill(::getpid(), SIGKILL);
    return number(item);
  };
  EXPECT_EQ(run(8, {2, 0, 1}, dies), expected);
  const auto givesUp = [](std::size_t item) {
    if (item == 5) Worker::giveUp();
    return number(item);
  };
  EXPECT_EQ(run(8, {2, 0, 1}, givesUp), expected);
}

TEST(Spread, EmptyAndLargeResultsArrive) {
  const auto out = run(4, {2, 0, 1}, [](std::size_t item) { return item == 1 ? "" : std::string(1 << 20, 'x'); });
  EXPECT_EQ(out[1], "");
  EXPECT_EQ(out[3].size(), std::size_t{1} << 20);
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
