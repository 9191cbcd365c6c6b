#include "kernel/process/tail.hpp"

#include <gtest/gtest.h>

namespace fleetd::process {
namespace {

using Lines = std::vector<std::string>;

TEST(Tail, KeepsTheLastLines) {
  Tail tail;
  EXPECT_EQ(tail.lines(), Lines());
  tail.add("one\n\ntw");
  tail.add("o\nthree");
  EXPECT_EQ(tail.lines(), (Lines{"one", "two", "three"}));
  EXPECT_EQ(tail.lines(2), (Lines{"two", "three"}));
  EXPECT_EQ(tail.lines(1, 3), Lines{"thr"});
}

TEST(Tail, ForgetsWhatIsBeforeItsLimitAndHalfALine) {
  Tail tail(8);
  tail.add("abcdef\nxy");
  EXPECT_EQ(tail.lines(), Lines{"xy"});
  tail.add("\n12345");
  EXPECT_EQ(tail.lines(), Lines{"12345"});
  for (int i = 0; i < 1'000'000; ++i) tail.add("flood\n");
  EXPECT_EQ(tail.lines(), Lines{"flood"});
  tail.add("0123456789");
  EXPECT_EQ(tail.lines(), Lines{"23456789"});
}

TEST(Tail, IsHarmlessForATerminal) {
  Tail tail;
  tail.add("\x1b[2Jhello\xff\n");
  EXPECT_EQ(tail.lines(), Lines{"\uFFFD[2Jhello\uFFFD"});
}

}  // namespace
}  // namespace fleetd::process
