// Which address wins: the first that answers, not the first to answer.
#include "kernel/deploy/reachable.hpp"

#include <gtest/gtest.h>

#include <atomic>

#include "kernel/deploy/greeting.hpp"
#include "tests/support/greeter.hpp"

namespace fleetd::deploy {
namespace {

using namespace std::chrono_literals;
using test::Greeter;

constexpr char kSsh[] = "SSH-2.0-test\r\n";

Address at(const Greeter& server) { return {"root", "127.0.0.1", server.port(), {}, {}, false}; }
Address through(Address address) {
  address.options.emplace_back("ProxyJump", "gate");
  return address;
}
Pace quick() {
  Pace out;
  out.stagger = out.staggerBySsh = 5ms;
  out.grace = out.graceBySsh = 50ms;
  out.limit = out.limitBySsh = 1000ms;
  return out;
}

TEST(Reachable, TheFirstThatAnswers) {
  const Greeter open(kSsh), other(kSsh), closed("", false);
  EXPECT_EQ(firstReachable({at(open), at(other)}).best, 0u);
  const Reached reached = firstReachable({at(closed), at(other)});
  EXPECT_EQ(reached.best, 1u);
  EXPECT_EQ(reached.answers[0], Answer::No);
  EXPECT_FALSE(reached.reasons[0].empty());
}

TEST(Reachable, NobodyAnswers) {
  const Greeter closed("", false);
  const Reached reached = firstReachable({at(closed)});
  EXPECT_FALSE(reached.best);
  EXPECT_FALSE(firstReachable({}).best);
}

TEST(Reachable, AConnectionIsNoAnswer) {
  const Greeter web("HTTP/1.1 400 Bad Request\r\n\0\r\n\r\n"), chatty("welcome\r\nSSH-2.0-x\r\n"), silent(""),
      ssh(kSsh);
  EXPECT_EQ(firstReachable({at(chatty)}).best, 0u);
  const Reached reached = firstReachable({at(silent), at(ssh)}, {}, quick());
  EXPECT_EQ(reached.best, 1u);
  const Reached alone = firstReachable({at(silent)}, {}, quick());
  EXPECT_FALSE(alone.best);
  EXPECT_EQ(alone.reasons[0], "connects, but says nothing");
  const Greeter endless(std::string(5000, 'x'));
  EXPECT_EQ(firstReachable({at(endless)}, {}, quick()).reasons[0], "answers, but not as an ssh server");
}

TEST(Reachable, TheNextIsAskedOnlyWhenTheFirstHesitates) {
  const Greeter open(kSsh), other(kSsh);
  Pace pace;
  pace.stagger = 10s;
  EXPECT_EQ(firstReachable({at(open), at(other)}, {}, pace).best, 0u);
  EXPECT_EQ(other.visits(), 0);
  const Greeter closed("", false);
  EXPECT_EQ(firstReachable({at(closed), at(other)}, {}, pace).best, 1u);
}

TEST(Reachable, WhatOnlySshReachesComesLastUnlessItCanBeAsked) {
  const Greeter open(kSsh), closed("", false);
  EXPECT_EQ(firstReachable({through(at(closed)), at(open)}).best, 1u);
  EXPECT_EQ(firstReachable({at(closed), through(at(closed))}).best, 1u);
  const Address alias{"root", "no-such-name.invalid", 0, {}, {}, false};
  EXPECT_EQ(firstReachable({alias, at(open)}).best, 1u);
  EXPECT_EQ(firstReachable({alias}).best, 0u);

  const AskBySsh yes = [](const Address&, int) { return Result<void>(); };
  const AskBySsh no = [](const Address&, int) { return Result<void>(Error{base::Code::FL0815, "no way", "", {}}); };
  EXPECT_EQ(firstReachable({through(at(closed)), at(open)}, yes).best, 0u);
  EXPECT_EQ(firstReachable({alias, at(open)}, yes).best, 0u);
  const Reached reached = firstReachable({through(at(closed)), at(open)}, no);
  EXPECT_EQ(reached.best, 1u);
  EXPECT_EQ(reached.reasons[0], "no way");
  EXPECT_FALSE(firstReachable({through(at(closed)), alias}, no).best);
}

TEST(Reachable, WhoeverIsAskedInVainIsToldToStop) {
  const Greeter open(kSsh);
  std::atomic<bool> stopped = false;
  const AskBySsh slow = [&](const Address&, int stopFd) {
    char byte = 0;
    stopped = ::read(stopFd, &byte, 1) == 0;  // until the other end is closed
    return Result<void>(Error{base::Code::FL0815, "stopped", "", {}});
  };
  EXPECT_EQ(firstReachable({through(at(open)), at(open)}, slow, quick()).best, 1u);
  EXPECT_TRUE(stopped);
}

TEST(Reachable, TorIsAskedWhenAllElseFailed) {
  const Greeter open(kSsh), closed("", false);
  std::atomic<int> asked = 0;
  const AskBySsh yes = [&](const Address&, int) {
    ++asked;
    return Result<void>();
  };
  const Address onion{"root", "abc.onion", 0, {}, {}, true};
  EXPECT_EQ(firstReachable({at(open), onion}, yes, quick()).best, 0u);
  EXPECT_EQ(asked, 0);
  EXPECT_EQ(firstReachable({at(closed), onion}, yes, quick()).best, 1u);
  EXPECT_EQ(asked, 1);
}

}  // namespace
}  // namespace fleetd::deploy
