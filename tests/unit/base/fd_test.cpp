// Owned descriptors and pipes.
#include "kernel/base/fd.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>

namespace fleetd::base {
namespace {

bool isOpen(int fd) { return ::fcntl(fd, F_GETFD) >= 0; }

TEST(Fd, ClosesOnceAndMoves) {
  int number = -1;
  {
    UniqueFd a(::open("/dev/null", O_RDONLY));
    number = a.get();
    ASSERT_TRUE(a);
    UniqueFd b(std::move(a));
    EXPECT_FALSE(a);  // NOLINT(bugprone-use-after-move): the state after a move is the subject
    EXPECT_EQ(b.get(), number);
    UniqueFd c;
    c = std::move(b);
    EXPECT_TRUE(isOpen(number));
  }
  EXPECT_FALSE(isOpen(number));
}

TEST(Fd, ReleaseGivesAwayAndResetKeepsErrno) {
  UniqueFd a(::open("/dev/null", O_RDONLY));
  const int number = a.release();
  EXPECT_FALSE(a);
  EXPECT_TRUE(isOpen(number));
  UniqueFd b(number);
  errno = 1234;
  b.reset();
  EXPECT_EQ(errno, 1234);
  EXPECT_FALSE(isOpen(number));
}

TEST(Fd, PipesAreCloseOnExecAndAboveTheStandardStreams) {
  const Pipe pipe = makePipe();
  for (const int fd : {pipe.read.get(), pipe.write.get()}) {
    EXPECT_GE(fd, 3);
    EXPECT_EQ(::fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
  }
  ASSERT_TRUE(setNonBlocking(pipe.read.get()));
  char byte = 0;
  EXPECT_EQ(::read(pipe.read.get(), &byte, 1), -1);
  EXPECT_EQ(errno, EAGAIN);
  ASSERT_EQ(::write(pipe.write.get(), "x", 1), 1);
  EXPECT_EQ(::read(pipe.read.get(), &byte, 1), 1);
  EXPECT_EQ(byte, 'x');
  EXPECT_FALSE(setNonBlocking(-1));
}

}  // namespace
}  // namespace fleetd::base
