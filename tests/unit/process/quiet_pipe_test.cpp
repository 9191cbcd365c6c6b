// EPIPE instead of death.
#include "kernel/process/quiet_pipe.hpp"

#include <gtest/gtest.h>
#include <signal.h>

#include <cerrno>

#include "kernel/base/fd.hpp"

namespace fleetd::process {
namespace {

TEST(QuietPipe, ABrokenPipeIsAnError) {
  base::Pipe pipe = base::makePipe();
  EXPECT_EQ(writeQuietly(pipe.write.get(), "ab"), 2);
  pipe.read.reset();
  EXPECT_EQ(writeQuietly(pipe.write.get(), "ab"), -1);
  EXPECT_EQ(errno, EPIPE);
  sigset_t pending;
  ::sigpending(&pending);
  EXPECT_EQ(::sigismember(&pending, SIGPIPE), 0) << "nothing is left to be delivered later";
}

}  // namespace
}  // namespace fleetd::process
