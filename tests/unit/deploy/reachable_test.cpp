// Which address wins: the first that answers, not the first to answer.
#include "kernel/deploy/reachable.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <gtest/gtest.h>

#include "kernel/base/fd.hpp"

namespace fleetd::deploy {
namespace {

// A server on this machine; `listening` false gives a port where nobody is.
struct Port {
  base::UniqueFd fd;
  unsigned number = 0;

  explicit Port(bool listening) : fd(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    EXPECT_EQ(::bind(fd.get(), reinterpret_cast<const sockaddr*>(&at), size), 0);
    EXPECT_EQ(::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&at), &size), 0);
    if (listening) {
      EXPECT_EQ(::listen(fd.get(), 8), 0);
    }
    number = ntohs(at.sin_port);
  }
  Address address() const { return {"root", "127.0.0.1", number, {}}; }
};

TEST(Reachable, TheFirstThatAnswers) {
  const Port open(true), other(true), closed(false);
  EXPECT_EQ(firstReachable({open.address(), other.address()}).best, 0u);
  const Reached reached = firstReachable({closed.address(), other.address()});
  EXPECT_EQ(reached.best, 1u);
  EXPECT_EQ(reached.answers[0], Answer::No);
  EXPECT_FALSE(reached.reasons[0].empty());
}

TEST(Reachable, NobodyAnswers) {
  const Port closed(false);
  const Reached reached = firstReachable({closed.address()});
  EXPECT_FALSE(reached.best);
  EXPECT_FALSE(firstReachable({}).best);
}

TEST(Reachable, WhatOnlySshReachesComesLast) {
  const Port open(true), closed(false);
  Address jump = closed.address();
  jump.options.emplace_back("ProxyJump", "gate");
  EXPECT_EQ(firstReachable({jump, open.address()}).best, 1u);
  EXPECT_EQ(firstReachable({closed.address(), jump}).best, 1u);
  const Address alias{"root", "no-such-name.invalid", 0, {}};
  EXPECT_EQ(firstReachable({alias, open.address()}).best, 1u);
  EXPECT_EQ(firstReachable({alias}).best, 0u);
}

}  // namespace
}  // namespace fleetd::deploy
