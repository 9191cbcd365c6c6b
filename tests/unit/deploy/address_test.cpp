// Addresses: every form there is, and everything that must not reach a command line.
#include "kernel/deploy/address.hpp"

#include <gtest/gtest.h>

namespace fleetd::deploy {
namespace {

void expectAddress(std::string_view text, std::string_view user, std::string_view host, unsigned port) {
  const auto address = parseAddress(text);
  ASSERT_TRUE(address) << text << ": " << address.error().message;
  EXPECT_EQ(address->user, user) << text;
  EXPECT_EQ(address->host, host) << text;
  EXPECT_EQ(address->port, port) << text;
}

TEST(Address, EveryForm) {
  expectAddress("web", "root", "web", 0);
  expectAddress("ada@web.example.org", "ada", "web.example.org", 0);
  expectAddress("ssh://ada@web:2222", "ada", "web", 2222);
  expectAddress("ssh-ng://web/", "root", "web", 0);
  expectAddress("[2001:db8::1]:22", "root", "2001:db8::1", 22);
  expectAddress("root@[2001:db8::1]", "root", "2001:db8::1", 0);
  expectAddress("2001:db8::1", "root", "2001:db8::1", 0);
  expectAddress("fe80::1%eth0", "root", "fe80::1%eth0", 0);
  expectAddress("DOMAIN\\ada@web", "DOMAIN\\ada", "web", 0);
}

TEST(Address, WithoutAUserItIsTheHost) {
  EXPECT_EQ((Address{"", "fd00::7", 0, {}}).text(), "fd00::7");
  EXPECT_EQ((Address{"", "fd00::7", 8022, {}}).text(), "[fd00::7]:8022");
  EXPECT_EQ((Address{"", "phone", 8022, {}}).text(), "phone:8022");
  EXPECT_TRUE(parseAddress((Address{"", "fd00::7", 8022, {}}).text()));
}

TEST(Address, OptionsAreThoseOfSsh) {
  const auto address = parseAddress("web?ProxyJump=ada@gate:22&Compression=yes");
  ASSERT_TRUE(address);
  using Options = std::vector<std::pair<std::string, std::string>>;
  EXPECT_EQ(address->options, (Options{{"ProxyJump", "ada@gate:22"}, {"Compression", "yes"}}));
  EXPECT_TRUE(parseAddress("web?"));
}

TEST(Address, TextCanBeReadAgain) {
  for (const char* text : {"root@web", "ada@web:22", "root@[2001:db8::1]:22"})
    EXPECT_EQ(parseAddress(text)->text(), text);
}

TEST(Address, WhatIsRefused) {
  for (const std::string_view text :
       {"",        "-oProxyCommand=x", "ada@-web", "-ada@web", "a b",    "web:0",     "web:65536", "web:x",  "web:",
        "[::1",    "[::1]x",           "a@b@c",    "web?Port", "web?=x", "web?A B=x", "web?Port=", "web;id", "web$(id)",
        "web`id`", "web\nroot",        "@web",     "ada@",     "we/b"}) {
    const auto address = parseAddress(text);
    ASSERT_FALSE(address) << text;
    EXPECT_EQ(address.error().code, base::Code::FL0814) << text;
  }
  EXPECT_FALSE(parseAddress("web?A=x\ny"));
  EXPECT_FALSE(parseAddress(std::string(2000, 'a')));
}

}  // namespace
}  // namespace fleetd::deploy
