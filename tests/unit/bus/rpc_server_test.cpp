#include "kernel/bus/rpc_server.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <utility>

#include "kernel/bus/errors.hpp"
#include "kernel/bus/hello.hpp"
#include "kernel/bus/limits.hpp"

namespace fleetd::bus {
namespace {

constexpr const char* kEndpoint = "inproc://server-test";

// A server on a loop of this thread and bare sockets as peers: every step is under the test's control.
struct Fixture {
  std::vector<std::string> results;  // "reply:…", "error:…", or a code; outlives the server, which still fills it
  Context context = *Context::create(0);
  Loop loop;
  std::unique_ptr<RpcServer> server = *RpcServer::create(context, loop, {kEndpoint});
  Socket peer = *Socket::create(context, SocketType::dealer, "peer");

  Fixture() { EXPECT_TRUE(peer.connect(kEndpoint).ok()); }

  RpcServer::Done record() {
    return [this](Result<Message> result) {
      if (!result)
        results.emplace_back(base::info(result.error().code).id);
      else
        results.push_back((result->header.kind == Kind::error ? "error:" : "reply:") + result->body);
    };
  }
  void send(Kind kind, std::uint64_t correlation, std::string body, std::uint64_t epoch = 1) {
    Envelope header;
    header.kind = kind;
    header.correlation = correlation;
    header.epoch = epoch;
    if (kind == Kind::hello) body = packHello("", body);
    ASSERT_EQ(peer.send({encode(header), std::move(body)}), SendStatus::sent);
  }
  std::optional<Message> taken() {
    auto got = peer.receive(2);
    if (!got || !*got) return std::nullopt;
    return Message{*decode((*got)->frames[0]), (*got)->frames[1]};
  }
  // Runs the loop until `done`, at most a minute.
  void run(std::function<bool()> done) {
    std::function<void()> look = [&] {
      if (done())
        loop.stop();
      else
        loop.after(200'000, look);
    };
    loop.post(look);
    loop.after(60'000'000'000, [&] { loop.stop(); });
    loop.run();
  }
};

TEST(RpcServer, OnlySoManyRequestsAreOnTheirWayToOnePeer) {
  Fixture f;
  f.server->expect("peer", "plugin", 60'000, f.record());
  f.send(Kind::hello, 0, "me");
  std::size_t seen = 0;
  std::vector<std::uint64_t> correlations;
  const std::size_t extra = 10;
  f.loop.post([&] {
    for (std::size_t i = 0; i < kMaxOutstanding + extra; ++i)
      f.server->request("peer", "t/1", std::to_string(i), 1, 60'000, f.record());
    while (auto message = f.taken()) {
      correlations.push_back(message->header.correlation);
      ++seen;
    }
    EXPECT_EQ(seen, kMaxOutstanding);
    for (const auto correlation : correlations) f.send(Kind::reply, correlation, "done");
  });
  f.run([&] {
    while (auto message = f.taken()) {
      ++seen;
      f.send(Kind::reply, message->header.correlation, "done");
    }
    return f.results.size() == kMaxOutstanding + extra + 1;
  });
  EXPECT_EQ(seen, kMaxOutstanding + extra);
  EXPECT_EQ(f.results.size(), kMaxOutstanding + extra + 1);
}

TEST(RpcServer, HeadersCarryTopicEpochAndTimeout) {
  Fixture f;
  f.server->expect("peer", "plugin", 60'000, f.record());
  f.send(Kind::hello, 0, "me");
  std::optional<Message> message;
  f.loop.post([&] {
    f.server->request("peer", "t/1", "body", 77, 1234, f.record());
    message = f.taken();
    f.loop.stop();
  });
  f.run([] { return false; });
  ASSERT_TRUE(message);
  EXPECT_EQ(message->header.kind, Kind::request);
  EXPECT_EQ(message->header.topic, "t/1");
  EXPECT_EQ(message->header.epoch, 77u);
  EXPECT_EQ(message->header.timeoutMs, 1234u);
  EXPECT_EQ(message->header.sender, "kernel");
  EXPECT_NE(message->header.correlation, 0u);
}

TEST(RpcServer, ADeadlineEndsTheRequestAndTellsThePeer) {
  Fixture f;
  f.server->expect("peer", "plugin", 60'000, [](Result<Message>) {});
  f.send(Kind::hello, 0, "me");
  f.loop.post([&] { f.server->request("peer", "t/1", "body", 1, 1, f.record()); });
  f.run([&] { return !f.results.empty(); });
  EXPECT_EQ(f.results, std::vector<std::string>{"FL0314"});
  const auto request = f.taken(), cancel = f.taken();
  ASSERT_TRUE(request && cancel);
  EXPECT_EQ(cancel->header.kind, Kind::cancel);
  EXPECT_EQ(cancel->header.correlation, request->header.correlation);
}

TEST(RpcServer, WhatFitsNothingIsCounted) {
  Fixture f;
  f.server->expect("peer", "plugin", 60'000, f.record());
  f.send(Kind::hello, 0, "me");
  f.send(Kind::hello, 0, "me again");
  f.send(Kind::reply, 12345, "unasked");
  f.send(Kind::bye, 0, "");
  f.send(Kind::cancel, 1, "");
  f.send(Kind::event, 0, "");
  ASSERT_EQ(f.peer.send({"garbage"}), SendStatus::sent);
  auto stranger = Socket::create(f.context, SocketType::dealer, "stranger");
  ASSERT_TRUE(stranger->connect(kEndpoint).ok());
  ASSERT_EQ(stranger->send({"x", "y"}), SendStatus::sent);
  f.run([&] { return f.server->dropped() == 7; });
  EXPECT_EQ(f.server->dropped(), 7u);
  EXPECT_EQ(f.results, std::vector<std::string>{"reply:me"});
}

TEST(RpcServer, ABrokenHeaderEndsThePeerAndAllItWasAsked) {
  Fixture f;
  f.server->expect("peer", "plugin", 60'000, [](Result<Message>) {});
  f.send(Kind::hello, 0, "me");
  f.loop.post([&] {
    f.server->request("peer", "t/1", {}, 1, 60'000, f.record());
    ASSERT_EQ(f.peer.send({"garbage", "body"}), SendStatus::sent);
  });
  f.run([&] { return !f.results.empty(); });
  EXPECT_EQ(f.results, std::vector<std::string>{"FL0331"});
  f.server->request("peer", "t/1", {}, 1, 60'000, f.record());  // asked later, it still says why
  EXPECT_EQ(f.results.back(), "FL0331");
}

TEST(RpcServer, AnAnswerNobodyAskedForEndsThePeer) {
  Fixture f;
  f.server->expect("peer", "plugin", 60'000, [](Result<Message>) {});
  f.send(Kind::hello, 0, "me");
  f.loop.post([&] {
    f.server->request("peer", "t/1", {}, 1, 60'000, f.record());
    f.send(Kind::reply, 999, "mine");
  });
  f.run([&] { return !f.results.empty(); });
  EXPECT_EQ(f.results, std::vector<std::string>{"FL0331"});
}

TEST(RpcServer, ALateAnswerIsNoFault) {
  Fixture f;
  f.server->expect("peer", "plugin", 60'000, [](Result<Message>) {});
  f.send(Kind::hello, 0, "me");
  f.loop.post([&] { f.server->request("peer", "t/1", "body", 1, 1, f.record()); });
  bool answered = false;
  f.run([&] {
    if (f.results.empty()) return false;
    if (!std::exchange(answered, true)) f.send(Kind::reply, f.taken()->header.correlation, "late");
    return f.server->dropped() == 1;
  });
  f.server->request("peer", "t/1", {}, 1, 60'000, f.record());
  EXPECT_EQ(f.results, std::vector<std::string>{"FL0314"});  // the second is on its way
}

TEST(RpcServer, AFloodEndsThePeer) {
  Fixture f;
  f.server->expect("peer", "plugin", 60'000, [](Result<Message>) {});
  f.send(Kind::hello, 0, "me");
  int sent = 0;
  f.loop.post([&] { f.server->request("peer", "t/1", {}, 1, 60'000, f.record()); });
  f.run([&] {
    Envelope header;
    while (f.results.empty() && sent < 100'000 && f.peer.send({encode(header), ""}) == SendStatus::sent) ++sent;
    return !f.results.empty();
  });
  EXPECT_EQ(f.results, std::vector<std::string>{"FL0330"});
  EXPECT_GT(sent, kMaxUnasked);
}

TEST(RpcServer, AHelloNeedsTheTokenOfThePeer) {
  for (const bool error : {false, true})
    for (const std::string& body : {packHello("wrong", "me"), packHello("", "me"), std::string("me"), std::string()}) {
      Fixture f;
      f.server->expect("peer", "plugin", 60'000, f.record(), "token");
      Envelope header;
      header.kind = error ? Kind::error : Kind::hello;
      ASSERT_EQ(f.peer.send({encode(header), body}), SendStatus::sent);
      f.run([&] { return !f.results.empty(); });
      EXPECT_EQ(f.results, std::vector<std::string>{"FL0331"});
    }
  Fixture f;
  f.server->expect("peer", "plugin", 60'000, f.record(), "token");
  Envelope header;
  header.kind = Kind::hello;
  ASSERT_EQ(f.peer.send({encode(header), packHello("token", "me")}), SendStatus::sent);
  f.run([&] { return !f.results.empty(); });
  EXPECT_EQ(f.results, std::vector<std::string>{"reply:me"});
}

TEST(RpcServer, NothingCountsBeforeTheHello) {
  Fixture f;
  bool asked = false;
  f.server->handle("k/1", [&](const std::string&, const Message&) {
    asked = true;
    return Message{};
  });
  f.server->expect("peer", "plugin", 60'000, f.record());
  Envelope header;
  header.kind = Kind::request;
  header.topic = "k/1";
  ASSERT_EQ(f.peer.send({encode(header), ""}), SendStatus::sent);
  f.send(Kind::reply, 1, "");
  f.send(Kind::hello, 0, "me");
  f.run([&] { return !f.results.empty(); });
  EXPECT_EQ(f.results, std::vector<std::string>{"reply:me"});
  EXPECT_EQ(f.server->dropped(), 2u);
  EXPECT_FALSE(asked);
}

TEST(RpcServer, APeerThatIsLostSaysWhy) {
  Fixture f;
  f.server->expect("peer", "plugin", 60'000, f.record());
  f.server->lost("peer", {Code::FL0327, "it crashed", "", {}});
  f.server->request("peer", "t/1", {}, 1, 60'000, f.record());
  f.server->lost("nobody", {Code::FL0327, "it crashed", "", {}});
  EXPECT_EQ(f.results, (std::vector<std::string>{"FL0327", "FL0327"}));
}

TEST(RpcServer, ByeEndsWhatIsOpen) {
  Fixture f;
  f.server->expect("peer", "plugin", 60'000, [](Result<Message>) {});
  f.send(Kind::hello, 0, "me");
  const std::size_t count = kMaxOutstanding + 2;  // some of them still wait for their turn
  f.loop.post([&] {
    for (std::size_t i = 0; i < count; ++i) f.server->request("peer", "t/1", {}, 1, 60'000, f.record());
  });
  f.loop.post([&] { f.server->bye("peer"); });
  f.run([&] { return f.results.size() >= count; });
  EXPECT_EQ(f.results, std::vector<std::string>(count, "FL0316"));
  f.server->bye("peer");  // a second time means nothing
}

TEST(RpcServer, ADoneMayAskAgain) {
  Fixture f;
  f.server->expect("peer", "plugin", 60'000, [&](Result<Message>) {
    f.server->request("peer", "t/1", "one", 1, 60'000, [&](Result<Message> result) {
      f.results.push_back(result->body);
      f.server->request("peer", "t/1", "two", 1, 60'000, f.record());
    });
  });
  f.send(Kind::hello, 0, "me");
  f.run([&] {
    while (auto message = f.taken()) f.send(Kind::reply, message->header.correlation, "to " + message->body);
    return f.results.size() == 2;
  });
  EXPECT_EQ(f.results, (std::vector<std::string>{"to one", "reply:to two"}));
}

}  // namespace
}  // namespace fleetd::bus
