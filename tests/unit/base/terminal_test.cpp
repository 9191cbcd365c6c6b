// What is no terminal is treated as such.
#include "kernel/base/terminal.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

#include "kernel/base/fd.hpp"

namespace fleetd::base {
namespace {

TEST(Terminal, APipeIsNone) {
  const Pipe pipe = makePipe();
  EXPECT_FALSE(isTerminal(pipe.write.get()));
  EXPECT_FALSE(wantsColor(pipe.write.get()));
  ::setenv("COLUMNS", "123", 1);
  EXPECT_EQ(terminalWidth(pipe.write.get()), 123u);
  for (const char* bad : {"", "x", "-4", "0"}) {
    ::setenv("COLUMNS", bad, 1);
    EXPECT_EQ(terminalWidth(pipe.write.get()), 80u) << bad;
  }
  ::setenv("COLUMNS", "999999999", 1);
  EXPECT_EQ(terminalWidth(pipe.write.get()), 500u);
  ::unsetenv("COLUMNS");
}

}  // namespace
}  // namespace fleetd::base
