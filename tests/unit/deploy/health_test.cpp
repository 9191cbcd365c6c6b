// Health checks: what they may say, what a host is asked, and what is looked at from here.
#include "kernel/deploy/health.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <gtest/gtest.h>

#include "kernel/base/fd.hpp"
#include "kernel/process/spawn.hpp"

namespace fleetd::deploy {
namespace {

using Kind = HealthCheck::Kind;
using Where = HealthCheck::Where;

TEST(Health, Reads) {
  const auto is = [](std::string_view text, Kind kind, Where where, std::string_view inside) {
    const auto check = parseHealthCheck(text);
    ASSERT_TRUE(check) << text;
    EXPECT_EQ(check->kind, kind) << text;
    EXPECT_EQ(check->where, where) << text;
    EXPECT_EQ(check->text, inside) << text;
  };
  is("test -e /x", Kind::Command, Where::Host, "test -e /x");
  is("here:ping -c1 %h", Kind::Command, Where::Here, "ping -c1 %h");
  is("unit:nginx.service", Kind::Unit, Where::Host, "nginx.service");
  is("port:443", Kind::Port, Where::Here, "443");
  is("host:port:[::1]:80", Kind::Port, Where::Host, "[::1]:80");
  is("https://%h/health", Kind::Http, Where::Here, "https://%h/health");
  is("host:http://127.0.0.1:8080/", Kind::Http, Where::Host, "http://127.0.0.1:8080/");
}

TEST(Health, Refuses) {
  for (const std::string_view text :
       {"", " ", "unit:", "unit:a b", "unit:-x", "here:unit:a", "port:", "port:0", "port:70000", "port:a:b", "port::80",
        "port:$(id):80", "http://a b", "host:", "here:"})
    EXPECT_FALSE(parseHealthCheck(text)) << text;
  EXPECT_EQ(parseHealthCheck("port:x").error().code, base::Code::FL0847);
}

TEST(Health, WhatAHostIsAsked) {
  EXPECT_EQ(hostCommand(*parseHealthCheck("true # x"), "nixos"), "true # x");
  EXPECT_NE(hostCommand(*parseHealthCheck("unit:a"), "home").find("systemctl --user is-active"), std::string::npos);
  EXPECT_NE(hostCommand(*parseHealthCheck("unit:org.a"), "darwin").find("launchctl print"), std::string::npos);
  EXPECT_EQ(hostCommands({}, "nixos"), "");
  const auto runs = [](std::vector<HealthCheck> checks) {
    process::Command command;
    command.argv = {"sh", "-c", hostCommands(checks, "nixos")};
    return process::run(command)->status.code;
  };
  // A comment at the end of one does not swallow the next.
  EXPECT_EQ(runs({*parseHealthCheck("true # a"), *parseHealthCheck("true")}), 0);
  EXPECT_NE(runs({*parseHealthCheck("true # a"), *parseHealthCheck("false")}), 0);
  EXPECT_NE(runs({*parseHealthCheck("false"), *parseHealthCheck("true")}), 0);
}

TEST(Health, APortFromHere) {
  const base::UniqueFd server(::socket(AF_INET, SOCK_STREAM, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ASSERT_EQ(::bind(server.get(), reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(::listen(server.get(), 1), 0);
  ASSERT_EQ(::getsockname(server.get(), reinterpret_cast<sockaddr*>(&address), &size), 0);
  const auto check = parseHealthCheck("port:" + std::to_string(ntohs(address.sin_port)));
  EXPECT_EQ(checkFromHere(*check, "h", "127.0.0.1"), std::nullopt);
}

TEST(Health, ACommandFromHere) {
  const auto why = [](std::string_view text) { return checkFromHere(*parseHealthCheck(text), "we'b", "1.2.3.4"); };
  EXPECT_EQ(why("here:test \"$FLEETD_HOST $FLEETD_ADDRESS\" = \"we'b 1.2.3.4\" && test %h = 1.2.3.4"), std::nullopt);
  EXPECT_EQ(why("here:echo no; exit 3"), "no");
  EXPECT_EQ(why("here:exit 3"), "it failed");
}

}  // namespace
}  // namespace fleetd::deploy
