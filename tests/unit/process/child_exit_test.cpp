// A child that is dropped is ended and reaped.
#include "kernel/process/child_exit.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

#include <cerrno>

namespace fleetd::process {
namespace {

pid_t start(const char* script) {
  const char* argv[] = {"sh", "-c", script, nullptr};
  char* environment[] = {nullptr};
  pid_t pid = 0;
  EXPECT_EQ(::posix_spawn(&pid, "/bin/sh", nullptr, nullptr, const_cast<char* const*>(argv), environment), 0);
  return pid;
}

TEST(ChildExit, TellsTheCode) {
  ChildExit child(start("exit 5"));
  child.wait();
  EXPECT_TRUE(child.ended());
  EXPECT_EQ(child.code(), 5);
  EXPECT_EQ(child.endSignal(), 0);
}

TEST(ChildExit, DroppingEndsAndReaps) {
  pid_t pid = 0;
  {
    ChildExit child(start("exec sleep 1000"));
    pid = child.pid();
    EXPECT_FALSE(child.ended());
    ChildExit moved(std::move(child));
    EXPECT_TRUE(child.ended());  // NOLINT(bugprone-use-after-move): the state after a move is the subject
  }
  EXPECT_EQ(::waitpid(pid, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD) << "no zombie is left";
}

TEST(ChildExit, Signals) {
  ChildExit child(start("exec sleep 1000"));
  child.signal(SIGTERM);
  child.wait();
  EXPECT_EQ(child.endSignal(), SIGTERM);
  child.signal(SIGTERM);  // must not reach a process that took over the number
  EXPECT_TRUE(ChildExit().ended());
}

}  // namespace
}  // namespace fleetd::process
