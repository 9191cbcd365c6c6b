// A proxy that says what the test wants.
#include "kernel/deploy/socks.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/support/greeter.hpp"

namespace fleetd::deploy {
namespace {

using namespace std::chrono_literals;
using test::Greeter;

std::string proxyOf(const Greeter& server) { return "127.0.0.1:" + std::to_string(server.port()); }
std::string bytes(std::string_view text) { return std::string(text); }
constexpr std::string_view kHello("\5\0", 2);
constexpr std::string_view kThere("\5\0\0\1\0\0\0\0\0\0", 10);

TEST(Socks, WhatFollowsTheAnswerIsTheConnections) {
  const Greeter proxy(bytes(kHello) + bytes(kThere) + "SSH-2.0-far\r\n");
  const auto fd = connectBySocks(proxyOf(proxy), "abc.onion", 22, 2s);
  ASSERT_TRUE(fd) << fd.error().message;
  char buffer[64];
  ssize_t got = -1;
  for (int i = 0; i < 200 && got < 0; ++i) {
    got = ::read(fd->get(), buffer, sizeof buffer);
    if (got < 0) ::usleep(5000);
  }
  EXPECT_EQ(std::string(buffer, static_cast<std::size_t>(std::max<ssize_t>(got, 0))), "SSH-2.0-far\r\n");
}

TEST(Socks, ANameAsTheProxysAddress) {
  const Greeter proxy(bytes(kHello) + std::string("\5\0\0\3\3abc\0\26", 10));
  EXPECT_TRUE(connectBySocks(proxyOf(proxy), "abc.onion", 22, 2s));
}

TEST(Socks, WhatTheProxySays) {
  const auto said = [](std::string_view answer) {
    const Greeter proxy{std::string(answer)};
    const auto fd = connectBySocks(proxyOf(proxy), "abc.onion", 22, 300ms);
    return fd ? std::string("connected") : fd.error().message;
  };
  EXPECT_NE(said(bytes(kHello) + std::string("\5\5\0\1\0\0\0\0\0\0", 10)).find("abc.onion: refused"),
            std::string::npos);
  EXPECT_NE(said(bytes(kHello) + std::string("\5\xF2\0\1\0\0\0\0\0\0", 10)).find("onion service"), std::string::npos);
  EXPECT_NE(said(bytes(kHello) + "\x04xxxxxxxxxxx").find("not SOCKS5"), std::string::npos);
  EXPECT_NE(said(bytes(kHello)).find("no answer in time"), std::string::npos);
  EXPECT_NE(said(std::string("\5\2", 2)).find("without a password"), std::string::npos);
  EXPECT_NE(said("HTTP/1.1 400\r\n").find("without a password"), std::string::npos);
  EXPECT_NE(said(bytes(kHello) + std::string("\5\0\0\3\xff", 5)).find("ends early"), std::string::npos);
}

TEST(Socks, HostsAndProxiesThatAreNone) {
  const Greeter closed("", false);
  EXPECT_FALSE(connectBySocks(proxyOf(closed), "abc.onion", 22, 1s));
  EXPECT_FALSE(connectBySocks("127.0.0.1", "abc.onion", 22, 1s));
  EXPECT_FALSE(connectBySocks("unix:", "abc.onion", 22, 1s));
  EXPECT_FALSE(connectBySocks("unix:/" + std::string(200, 'x'), "abc.onion", 22, 1s));
  EXPECT_FALSE(connectBySocks("unix:/no/such/socket", "abc.onion", 22, 1s));
  const Greeter proxy(bytes(kHello) + bytes(kThere));
  EXPECT_FALSE(connectBySocks(proxyOf(proxy), std::string(256, 'a'), 22, 1s));
  EXPECT_FALSE(connectBySocks(proxyOf(proxy), "", 22, 1s));
  EXPECT_FALSE(connectBySocks(proxyOf(proxy), "a", 0, 1s));
  EXPECT_TRUE(socksAnswers(proxyOf(proxy)));
  EXPECT_FALSE(socksAnswers(proxyOf(closed)));
}

}  // namespace
}  // namespace fleetd::deploy
