// EPIPE instead of death.
#include "kernel/process/quiet_pipe.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <thread>

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

TEST(QuietPipe, AReaderThatLeavesHalfWay) {
  base::Pipe pipe = base::makePipe();
  std::thread reader([fd = std::move(pipe.read)] {
    char byte = 0;
    EXPECT_EQ(::read(fd.get(), &byte, 1), 1);
  });
  // Much more than any pipe holds: the write waits until the reader is gone, and reports the part that went out.
  const std::string much(std::size_t{16} << 20, 'x');
  const ssize_t wrote = writeQuietly(pipe.write.get(), much);
  reader.join();
  EXPECT_GT(wrote, 0);
  EXPECT_LT(static_cast<std::size_t>(wrote), much.size());
  sigset_t pending;
  ::sigpending(&pending);
  EXPECT_EQ(::sigismember(&pending, SIGPIPE), 0);
}

}  // namespace
}  // namespace fleetd::process
