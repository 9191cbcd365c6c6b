// Children: streams, bounds, deadlines, exits.
#include "kernel/process/spawn.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "kernel/base/fd.hpp"
#include "kernel/base/text.hpp"
#include "tests/support/temp_dir.hpp"

namespace fleetd::process {
namespace {

using namespace std::chrono_literals;

Command shell(std::string script) {
  Command command;
  command.argv = {"sh", "-c", std::move(script)};
  return command;
}

TEST(Spawn, CapturesStreamsAndStatus) {
  const auto done = run(shell("echo out; echo err >&2; exit 3"));
  ASSERT_TRUE(done);
  EXPECT_EQ(done->output, "out\n");
  EXPECT_EQ(done->errors, "err\n");
  EXPECT_EQ(done->status.code, 3);
  EXPECT_FALSE(done->status.success());
  EXPECT_EQ(describe(done->status), "exit status 3");
}

TEST(Spawn, ArgumentsAreNeverInterpreted) {
  Command command;
  command.argv = {"printf", "%s|", "a b", "$HOME", "'\"*", ""};
  EXPECT_EQ(run(command)->output, "a b|$HOME|'\"*||");
}

TEST(Spawn, LargeInputAndOutputDoNotBlockEachOther) {
  Command command;
  command.argv = {"cat"};
  command.input = std::string(8u << 20, 'x');
  const auto done = run(command);
  ASSERT_TRUE(done);
  EXPECT_EQ(done->output.size(), command.input->size());
  EXPECT_FALSE(done->outputTruncated);
}

TEST(Spawn, AChildThatIgnoresItsInputIsFine) {
  Command command = shell("exec 0<&-; echo done");
  command.input = std::string(4u << 20, 'x');
  const auto done = run(command);
  ASSERT_TRUE(done);
  EXPECT_EQ(done->output, "done\n");
  EXPECT_TRUE(done->status.success());
}

TEST(Spawn, WithoutInputTheChildReadsNothing) { EXPECT_EQ(run(shell("cat; echo end"))->output, "end\n"); }

TEST(Spawn, CaptureIsBounded) {
  Command command = shell("head -c 100000 /dev/zero; echo error >&2");
  command.maxOutput = 1000;
  command.maxErrors = 2;
  std::size_t seen = 0;
  command.onOutput = [&](std::string_view piece) { seen += piece.size(); };
  const auto done = run(command);
  ASSERT_TRUE(done);
  EXPECT_EQ(done->output.size(), 1000u);
  EXPECT_TRUE(done->outputTruncated);
  EXPECT_EQ(done->errors, "er");
  EXPECT_TRUE(done->errorsTruncated);
  EXPECT_EQ(seen, 100000u);
}

TEST(Spawn, EnvironmentAndDirectory) {
  test::TempDir dir;
  Command command = shell("echo \"$A|${HOME-unset}\"; pwd -P");
  command.environment = {"A=b c", "PATH=/usr/bin:/bin"};
  command.workingDir = dir.path();
  EXPECT_EQ(run(command)->output, "b c|unset\n" + *base::realPath(dir.path()) + "\n");
}

TEST(Spawn, SignalsAreNamed) {
  const auto done = run(shell("kill -SEGV $$"));
  ASSERT_TRUE(done);
  EXPECT_EQ(done->status.signal, SIGSEGV);
  EXPECT_TRUE(describe(done->status).starts_with("killed by SIGSEGV (")) << describe(done->status);
  EXPECT_EQ(signalName(SIGTERM), "SIGTERM");
  EXPECT_EQ(signalName(63), "signal 63");
}

TEST(Spawn, TimeLimitEndsTheChild) {
  Command command = shell("exec sleep 1000");
  command.timeout = 50ms;
  const auto done = run(command);
  ASSERT_TRUE(done);
  EXPECT_TRUE(done->status.timedOut);
  EXPECT_FALSE(done->status.success());
  EXPECT_EQ(describe(done->status), "stopped after its time limit");
}

TEST(Spawn, TimeLimitEndsAStubbornGroup) {
  Command command = shell("trap '' TERM; echo ready; while :; do sleep 1000; done");
  command.timeout = 300ms;
  command.grace = 50ms;
  command.ownGroup = true;
  const auto done = run(command);
  ASSERT_TRUE(done);
  EXPECT_TRUE(done->status.timedOut);
  EXPECT_EQ(done->status.signal, SIGKILL);
}

TEST(Spawn, TimeLimitHoldsForAChildThatNeverStopsWriting) {
  Command command;
  command.argv = {"yes"};
  command.maxOutput = 10;
  command.timeout = 50ms;
  const auto done = run(command);
  ASSERT_TRUE(done);
  EXPECT_TRUE(done->status.timedOut);
  EXPECT_EQ(done->output, "y\ny\ny\ny\ny\n");
}

TEST(Spawn, GrandchildrenAreNotWaitedFor) {
  // The background sleep keeps the pipes open for longer than any test may take.
  Command command = shell("sleep 1000 & echo $!");
  const auto done = run(command);
  ASSERT_TRUE(done);
  const auto pid = base::parseInt(base::trim(done->output));
  ASSERT_TRUE(pid);
  EXPECT_EQ(::kill(static_cast<pid_t>(*pid), SIGKILL), 0) << "it must still run";
}

TEST(Spawn, DescriptorsAreNotInherited) {
  const base::Pipe pipe = base::makePipe();
  Command command = shell("[ -e /dev/fd/" + std::to_string(pipe.write.get()) + " ] && echo leaked || echo clean");
  EXPECT_EQ(run(command)->output, "clean\n");
}

TEST(Spawn, WhatCannotBeStarted) {
  Command command;
  EXPECT_EQ(run(command).error().code, Code::FL0001);
  command.argv = {"no-such-program-for-fleetd"};
  EXPECT_EQ(run(command).error().code, Code::FL0008);
  command.argv = {"/etc/passwd"};
  EXPECT_EQ(run(command).error().code, Code::FL0008) << "not executable";
  command.argv = {"true", std::string("a\0b", 3)};
  EXPECT_EQ(run(command).error().code, Code::FL0007);
  command.argv = {"true"};
  command.workingDir = "/nonexistent-for-fleetd-tests";
  EXPECT_EQ(run(command).error().code, Code::FL0007);
}

TEST(Spawn, OutputOrError) {
  EXPECT_EQ(*runForOutput(shell("echo x")), "x\n");
  const auto failed = runForOutput(shell("for i in 1 2 3 4 5 6 7 8 9 10 11 12; do echo \"line $i\" >&2; done; exit 9"));
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, Code::FL0007);
  EXPECT_EQ(failed.error().message, "`sh` failed: exit status 9");
  EXPECT_TRUE(failed.error().hint.starts_with("line 3\n")) << failed.error().hint;
  EXPECT_TRUE(failed.error().hint.ends_with("line 12"));
}

TEST(Spawn, DiscardedStreams) {
  Command command = shell("echo out; echo err >&2");
  command.output = Stream::Discard;
  command.errors = Stream::Discard;
  const auto done = run(command);
  ASSERT_TRUE(done);
  EXPECT_EQ(done->output + done->errors, "");
}

TEST(Spawn, EndsWhenItIsToldTo) {
  base::Pipe pipe = base::makePipe();
  Command command = shell("trap 'echo ended; exit 0' TERM; echo up; while :; do sleep 0.05; done");
  command.stopFd = pipe.read.get();
  command.timeout = 60s;
  command.onOutput = [&](std::string_view text) {
    if (text == "up\n") pipe.write.reset();
  };
  const auto done = run(command);
  ASSERT_TRUE(done);
  EXPECT_EQ(done->output, "up\nended\n");
  EXPECT_TRUE(done->status.timedOut);
}

}  // namespace
}  // namespace fleetd::process
