#include "kernel/process/child.hpp"

#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <array>

namespace fleetd::process {
namespace {

std::string readAll(int fd) {
  std::string out;
  std::array<char, 256> piece{};
  for (;;) {
    pollfd item{fd, POLLIN, 0};
    if (::poll(&item, 1, 60'000) != 1) return out + "(timeout)";
    const ssize_t got = ::read(fd, piece.data(), piece.size());
    if (got <= 0) return out;
    out.append(piece.data(), static_cast<std::size_t>(got));
  }
}

TEST(Child, HasThreePipesItsEnvironmentAndNothingElse) {
  auto child =
      startChild({"/bin/sh", "-c", "read line; echo \"$line $WORD\"; echo err >&2; ls /proc/self/fd | wc -l >&2"},
                 {"WORD=b", "PATH=/usr/bin:/bin"});
  ASSERT_TRUE(child.ok()) << child.error().message;
  ASSERT_EQ(::write(child->input.get(), "a\n", 2), 2);
  EXPECT_EQ(readAll(child->output.get()), "a b\n");
  EXPECT_EQ(readAll(child->errors.get()), "err\n4\n");  // the three and the directory itself
  child->exit.wait();
  EXPECT_EQ(child->exit.code(), 0);
}

TEST(Child, RunsInItsOwnGroupUntilItsOwnerGoes) {
  pid_t pid = 0;
  {
    auto child = startChild({"/bin/sleep", "60"}, {});
    ASSERT_TRUE(child.ok());
    pid = child->exit.pid();
    EXPECT_EQ(::getpgid(pid), pid);
    EXPECT_FALSE(child->exit.ended());
  }
  EXPECT_NE(::kill(pid, 0), 0);
}

TEST(Child, WhatCannotBeStartedIsAnError) {
  EXPECT_FALSE(startChild({"/nonexistent/program"}, {}).ok());
  EXPECT_FALSE(startChild({}, {}).ok());
  EXPECT_FALSE(startChild({std::string("/bin/tr\0ue", 10)}, {}).ok());
}

}  // namespace
}  // namespace fleetd::process
