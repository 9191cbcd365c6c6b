// Workers: copies of the process that send back bytes.
#include "kernel/process/worker.hpp"

#include <gtest/gtest.h>

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>
#include <csignal>
#include <cstdlib>
#include <string>

#include "kernel/base/fd.hpp"

namespace fleetd::process {
namespace {

TEST(Worker, SendsWhatItComputesFromTheParentsMemory) {
  const std::string known = "known";
  auto worker = Worker::start([&](const Worker::Send& send) {
    send(known);
    send(" and more");
  });
  ASSERT_TRUE(worker.ok());
  const auto got = worker->finish();
  ASSERT_TRUE(got.ok());
  EXPECT_EQ(*got, "known and more");
}

TEST(Worker, MoreThanAPipeHolds) {
  auto worker = Worker::start([](const Worker::Send& send) {
    for (int i = 0; i < 100; ++i) send(std::string(100'000, static_cast<char>('a' + i % 26)));
  });
  ASSERT_TRUE(worker.ok());
  const auto got = worker->finish();
  ASSERT_TRUE(got.ok());
  ASSERT_EQ(got->size(), 10'000'000u);
  EXPECT_EQ(got->at(100'000), 'b');
}

TEST(Worker, EndsWithAParentThatWasKilled) {
  // Held by the worker until it ends.
  base::Pipe held = base::makePipe();
  ASSERT_GE(held.read.get(), 0);
  const pid_t parent = ::fork();
  ASSERT_GE(parent, 0);
  if (parent == 0) {
    held.read.reset();
    const auto worker = Worker::start([](const Worker::Send& send) {
      while (send(std::string(100'000, 'x'))) {
      }
    });
    ::raise(SIGKILL);
  }
  held.write.reset();
  ASSERT_EQ(::waitpid(parent, nullptr, 0), parent);
  pollfd ended{held.read.get(), POLLIN, 0};
  EXPECT_EQ(::poll(&ended, 1, 20'000), 1) << "the worker waits for ever";
}

TEST(Worker, WhatItSentIsThereBeforeItEnds) {
  auto worker = Worker::start([](const Worker::Send& send) {
    send("one");
    send("two");
    for (;;) ::pause();
  });
  ASSERT_TRUE(worker.ok());
  EXPECT_EQ(worker->take(3), "one");
  EXPECT_EQ(worker->take(2), "tw");
  EXPECT_EQ(worker->take(0), "");
}

TEST(Worker, NothingIsTakenOfWhatItDidNotSend) {
  auto worker = Worker::start([](const Worker::Send& send) { send("four"); });
  ASSERT_TRUE(worker.ok());
  EXPECT_EQ(worker->take(5), std::nullopt);
  EXPECT_EQ(worker->take(1), "f");
  const auto rest = worker->finish();
  ASSERT_TRUE(rest.ok());
  EXPECT_EQ(*rest, "our");
}

TEST(Worker, WhatItDoesToMemoryStaysThere) {
  int value = 1;
  auto worker = Worker::start([&](const Worker::Send&) { value = 2; });
  ASSERT_TRUE(worker.ok());
  EXPECT_TRUE(worker->finish().ok());
  EXPECT_EQ(value, 1);
}

TEST(Worker, OneThatDiesIsAnError) {
  auto worker = Worker::start([](const Worker::Send& send) {
    send("half");
    ::kill(::getpid(), SIGKILL);
  });
  ASSERT_TRUE(worker.ok());
  const auto got = worker->finish();
  ASSERT_FALSE(got.ok());
  EXPECT_EQ(got.error().code, base::Code::FL0007);
  EXPECT_NE(got.error().message.find("signal 9"), std::string::npos);
}

TEST(Worker, OneThatNobodyWaitsForIsEnded) {
  auto worker = Worker::start([](const Worker::Send& send) {
    while (send("on and on")) {
    }
  });
  ASSERT_TRUE(worker.ok());
}

TEST(Worker, SeveralAtOnce) {
  auto one = Worker::start([](const Worker::Send& send) { send("1"); });
  auto two = Worker::start([](const Worker::Send& send) { send("2"); });
  ASSERT_TRUE(one.ok() && two.ok());
  EXPECT_EQ(*two->finish(), "2");
  EXPECT_EQ(*one->finish(), "1");
}

TEST(Worker, ThereIsAProcessor) { EXPECT_GE(processors(), 1u); }

}  // namespace
}  // namespace fleetd::process
