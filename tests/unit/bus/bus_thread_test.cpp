#include "kernel/bus/bus_thread.hpp"

#include <gtest/gtest.h>

#include <atomic>

#include "kernel/bus/errors.hpp"
#include "kernel/bus/limits.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/unit/bus/peer.hpp"

namespace fleetd::bus {
namespace {

std::unique_ptr<BusThread> start() {
  auto bus = BusThread::start();
  EXPECT_TRUE(bus.ok());
  return *std::move(bus);
}

TEST(BusThread, HelloIsAwaited) {
  const auto bus = start();
  auto hello = bus->expect("p1", "plugin", kLong);
  const Peer peer(bus->context(), "p1", echo);
  const auto message = hello.get();
  ASSERT_TRUE(message.ok());
  EXPECT_EQ(message->header.kind, Kind::hello);
  EXPECT_EQ(message->body, "hello of p1");
  EXPECT_EQ(message->header.sender, "plugin");  // the kernel's name for it, whatever it claims
  bus->bye("p1");
}

TEST(BusThread, RequestsAreAnswered) {
  const auto bus = start();
  auto hello = bus->expect("p1", "plugin", kLong);
  const Peer peer(bus->context(), "p1", echo);
  ASSERT_TRUE(hello.get().ok());
  for (const std::string& body :
       {std::string(), std::string("x"), std::string(33, 'a'), std::string(34, 'b'), std::string(1 << 20, 'c')}) {
    const auto reply = bus->request("p1", "echo/1", body, kLong).get();
    ASSERT_TRUE(reply.ok());
    EXPECT_EQ(reply->header.kind, Kind::reply);
    EXPECT_EQ(reply->header.topic, "echo/1");
    EXPECT_EQ(reply->body, body);
  }
  bus->bye("p1");
}

TEST(BusThread, ManyRequestsAtOnceAllComeBackToTheirAsker) {
  const auto bus = start();
  auto hello = bus->expect("p1", "plugin", kLong);
  std::atomic<std::size_t> most{0};
  const Peer peer(bus->context(), "p1", echo);
  ASSERT_TRUE(hello.get().ok());
  std::vector<BusThread::Answer> answers;
  const int count = 20 * static_cast<int>(kMaxOutstanding);  // more than may be on their way
  for (int i = 0; i < count; ++i) answers.push_back(bus->request("p1", "echo/1", std::to_string(i), kLong));
  for (int i = 0; i < count; ++i) {
    const auto reply = answers[static_cast<std::size_t>(i)].get();
    ASSERT_TRUE(reply.ok());
    EXPECT_EQ(reply->body, std::to_string(i));
  }
  bus->bye("p1");
}

TEST(BusThread, PeersAreKeptApart) {
  const auto bus = start();
  std::vector<BusThread::Answer> hellos;
  std::vector<std::unique_ptr<Peer>> peers;
  for (int i = 0; i < 8; ++i) {
    const auto id = "p" + std::to_string(i);
    hellos.push_back(bus->expect(id, id, kLong));
    peers.push_back(std::make_unique<Peer>(bus->context(), id, [id](RpcClient& client, const Message& request) {
      client.reply(request.header, request.body + " from " + id);
    }));
  }
  for (auto& hello : hellos) ASSERT_TRUE(hello.get().ok());
  std::vector<BusThread::Answer> answers;
  for (int i = 0; i < 400; ++i)
    answers.push_back(bus->request("p" + std::to_string(i % 8), "t/1", std::to_string(i), kLong));
  for (int i = 0; i < 400; ++i)
    EXPECT_EQ(answers[static_cast<std::size_t>(i)].get()->body, std::to_string(i) + " from p" + std::to_string(i % 8));
  for (int i = 0; i < 8; ++i) bus->bye("p" + std::to_string(i));
}

TEST(BusThread, AnErrorOfThePeerArrivesAsOne) {
  const auto bus = start();
  auto hello = bus->expect("p1", "plugin", kLong);
  const Peer peer(bus->context(), "p1", [](RpcClient& client, const Message& request) {
    client.fail(request.header, {FLEET_E_DENIED, "X1", "a.b", "not allowed", "ask", 0});
  });
  ASSERT_TRUE(hello.get().ok());
  const auto reply = bus->request("p1", "t/1", {}, kLong).get();
  ASSERT_TRUE(reply.ok());
  EXPECT_EQ(reply->header.kind, Kind::error);
  EXPECT_EQ(parseError(reply->body).message, "not allowed");
  EXPECT_EQ(parseError(reply->body).path, "a.b");
  bus->bye("p1");
}

TEST(BusThread, AnUnknownPeerIsUnreachable) {
  const auto bus = start();
  const auto reply = bus->request("nobody", "t/1", {}, kLong).get();
  ASSERT_FALSE(reply.ok());
  EXPECT_EQ(reply.error().code, Code::FL0316);
}

TEST(BusThread, APeerThatNeverConnectedIsUnreachable) {
  // The router is told to refuse receivers it does not know, in place of dropping the message.
  const auto bus = start();
  auto hello = bus->expect("p1", "plugin", kLong);
  const auto reply = bus->request("p1", "t/1", {}, kLong).get();
  ASSERT_FALSE(reply.ok());
  EXPECT_EQ(reply.error().code, Code::FL0316);
  EXPECT_NE(reply.error().message.find("plugin"), std::string::npos);
  bus->bye("p1");
  EXPECT_EQ(hello.get().error().code, Code::FL0316);
}

TEST(BusThread, AMissingHelloEndsAtItsDeadline) {
  const auto bus = start();
  const auto hello = bus->expect("p1", "plugin", 1).get();
  ASSERT_FALSE(hello.ok());
  EXPECT_EQ(hello.error().code, Code::FL0314);
}

TEST(BusThread, AMissingReplyEndsAtItsDeadlineAndTheLateOneIsDropped) {
  const auto bus = start();
  auto hello = bus->expect("p1", "plugin", kLong);
  std::promise<void> go;
  const Peer peer(bus->context(), "p1", [&, went = go.get_future().share()](RpcClient& client, const Message& request) {
    if (request.body == "slow") went.wait();
    client.reply(request.header, "answer to " + request.body);
  });
  ASSERT_TRUE(hello.get().ok());
  const auto slow = bus->request("p1", "t/1", "slow", 1).get();
  ASSERT_FALSE(slow.ok());
  EXPECT_EQ(slow.error().code, Code::FL0314);
  go.set_value();
  EXPECT_EQ(bus->request("p1", "t/1", "next", kLong).get()->body, "answer to next");
  bus->bye("p1");
}

TEST(BusThread, ADeadlineTellsThePeerToStop) {
  const auto bus = start();
  auto hello = bus->expect("p1", "plugin", kLong);
  std::atomic<bool> began{false}, saw{false};
  const Peer peer(bus->context(), "p1", [&](RpcClient& client, const Message& request) {
    began = true;
    while (!client.cancelled(request.header)) std::this_thread::yield();
    saw = true;
  });
  ASSERT_TRUE(hello.get().ok());
  // A request whose deadline passes before the peer comes to it is never begun, so a busy machine gets more time.
  for (std::uint32_t timeoutMs = 1; !began && timeoutMs <= kLong; timeoutMs *= 2)
    EXPECT_FALSE(bus->request("p1", "t/1", {}, timeoutMs).get().ok());
  ASSERT_TRUE(began);
  while (!saw) std::this_thread::yield();
  bus->bye("p1");
}

TEST(BusThread, AnAnswerOfAnEarlierRunDoesNotCount) {
  const auto bus = start();
  auto hello = bus->expect("p1", "plugin", kLong);
  const Peer peer(bus->context(), "p1", [](RpcClient& client, const Message& request) {
    auto stale = request.header;
    stale.epoch -= 1;
    client.reply(stale, "stale");
    client.reply(request.header, "fresh");
  });
  ASSERT_TRUE(hello.get().ok());
  bus->nextEpoch();
  EXPECT_EQ(bus->request("p1", "t/1", {}, kLong).get()->body, "fresh");
  bus->bye("p1");
}

TEST(BusThread, WhatComesASecondTimeIsDropped) {
  const auto bus = start();
  auto hello = bus->expect("p1", "plugin", kLong);
  const Peer peer(bus->context(), "p1", [](RpcClient& client, const Message& request) {
    client.hello("again");
    client.reply(request.header, "first");
    client.reply(request.header, "second");
  });
  ASSERT_TRUE(hello.get().ok());
  EXPECT_EQ(bus->request("p1", "t/1", {}, kLong).get()->body, "first");
  EXPECT_EQ(bus->request("p1", "t/1", {}, kLong).get()->body, "first");
  bus->bye("p1");
}

TEST(BusThread, OtherProcessesReachItThroughASocketAddedLater) {
  test::TempDir dir;
  const std::string endpoint = "ipc://" + dir.at("rpc");
  auto bus = BusThread::start({}, true);
  ASSERT_TRUE(bus.ok());
  ASSERT_TRUE((*bus)->listen(endpoint).ok());
  EXPECT_EQ((*bus)->listen("ipc:///nonexistent/directory/socket").error().code, Code::FL0316);
  auto hello = (*bus)->expect("far", "plugin", kLong, "token");
  auto context = Context::create(1);
  ASSERT_TRUE(context.ok());
  std::thread far([&] {
    auto client = RpcClient::connect(*context, endpoint, "far");
    ASSERT_TRUE(client.ok());
    ASSERT_TRUE(client->connected(60'000));
    client->hello("me", "token");
    while (true) {
      auto turn = client->wait(-1, -1);
      if (turn.ended) return;
      if (turn.message) echo(*client, *turn.message);
    }
  });
  EXPECT_EQ(hello.get()->body, "me");
  EXPECT_EQ((*bus)->request("far", "echo/1", std::string(1 << 20, 'x'), kLong).get()->body.size(), 1u << 20);
  (*bus)->bye("far");
  far.join();
}

TEST(BusThread, APeerThatIsLostEndsItsRequestsAtOnce) {
  const auto bus = start();
  auto hello = bus->expect("p1", "plugin", kLong);
  const Peer peer(bus->context(), "p1", [](RpcClient&, const Message&) {});  // never answers
  ASSERT_TRUE(hello.get().ok());
  auto answer = bus->request("p1", "t/1", {}, kLong);
  bus->lost("p1", {Code::FL0327, "it crashed", "", {}});
  EXPECT_EQ(answer.get().error().code, Code::FL0327);
  EXPECT_EQ(bus->request("p1", "t/1", {}, kLong).get().error().message, "it crashed");
}

TEST(BusThread, AnAnswerThatIsTooLargeIsAnError) {
  const auto bus = start();
  auto hello = bus->expect("p1", "plugin", kLong);
  const Peer peer(bus->context(), "p1", [](RpcClient& client, const Message& request) {
    client.reply(request.header, std::string(kMaxBodyBytes + (request.body.empty() ? 1 : 0), 'x'));
  });
  ASSERT_TRUE(hello.get().ok());
  const auto large = bus->request("p1", "t/1", {}, kLong).get();
  ASSERT_FALSE(large.ok());
  EXPECT_EQ(large.error().code, Code::FL0311);
  EXPECT_EQ(bus->request("p1", "t/1", "exactly", kLong).get()->body.size(), kMaxBodyBytes);
  bus->bye("p1");
}

TEST(BusThread, ARequestThatIsTooLargeIsNotSent) {
  const auto bus = start();
  auto hello = bus->expect("p1", "plugin", kLong);
  const Peer peer(bus->context(), "p1", echo);
  ASSERT_TRUE(hello.get().ok());
  const auto reply = bus->request("p1", "t/1", std::string(kMaxBodyBytes + 1, 'x'), kLong).get();
  ASSERT_FALSE(reply.ok());
  EXPECT_EQ(reply.error().code, Code::FL0311);
  bus->bye("p1");
}

TEST(BusThread, GarbageFromAPeerEndsIt) {
  for (const auto& frames : std::vector<std::vector<std::string>>{
           {"garbage"}, {""}, {"", ""}, {"a", "b", "c", "d"}, {std::string(5000, 'h')}, {"\x99\x01"}}) {
    const auto bus = start();
    auto hello = bus->expect("p1", "plugin", kLong);
    std::thread peer([&] {
      auto socket = Socket::create(bus->context(), SocketType::dealer, "p1");
      ASSERT_TRUE(socket->connect(BusThread::kInproc).ok());
      EXPECT_EQ(socket->send(frames), SendStatus::sent);
      while (!wait(*socket, -1, -1).ended && *socket->receive(2) == std::nullopt) {
      }
    });
    const auto ended = hello.get();
    peer.join();  // it was told
    ASSERT_FALSE(ended.ok());
    EXPECT_EQ(ended.error().code, Code::FL0331);
  }
}

TEST(BusThread, APeerWithoutExpectationIsIgnored) {
  const auto bus = start();
  std::thread stranger([&] {
    auto socket = Socket::create(bus->context(), SocketType::dealer, "stranger");
    ASSERT_TRUE(socket->connect(BusThread::kInproc).ok());
    Envelope header;
    header.kind = Kind::hello;
    EXPECT_EQ(socket->send({encode(header), "let me in"}), SendStatus::sent);
  });
  stranger.join();
  EXPECT_EQ(bus->request("stranger", "t/1", {}, kLong).get().error().code, Code::FL0316);
}

TEST(BusThread, AFailedHelloEndsThePeer) {
  const auto bus = start();
  auto hello = bus->expect("p1", "plugin", kLong);
  std::thread peer([&] {
    auto client = RpcClient::connect(bus->context(), BusThread::kInproc, "p1");
    client->helloFailed({FLEET_E_IO, "FL0303", {}, "cannot be loaded", {}, 0});
    EXPECT_TRUE(client->wait(-1, -1).ended);  // the kernel says bye
  });
  const auto message = hello.get();
  ASSERT_TRUE(message.ok());
  EXPECT_EQ(message->header.kind, Kind::error);
  EXPECT_EQ(parseError(message->body).message, "cannot be loaded");
  peer.join();
  EXPECT_EQ(bus->request("p1", "t/1", {}, kLong).get().error().code, Code::FL0316);
}

TEST(BusThread, PeersMayAskTheKernel) {
  const auto bus = start();
  bus->handle("greet/1", [](const std::string& name, const Message& request) {
    Message answer;
    answer.header.kind = Kind::reply;
    answer.body = "hello " + name + ", " + request.body;
    return answer;
  });
  auto hello = bus->expect("p1", "plugin", kLong);
  std::promise<std::pair<std::string, std::string>> told;
  std::thread peer([&] {
    auto client = RpcClient::connect(bus->context(), BusThread::kInproc, "p1");
    client->hello({});
    const auto first = client->request("greet/1", "how are you", kLong);
    const auto second = client->request("nonsense/1", {}, kLong);
    const auto a = client->wait(-1, -1), b = client->wait(-1, -1);
    ASSERT_TRUE(a.message && b.message);
    EXPECT_EQ(a.message->header.correlation, first);
    EXPECT_EQ(b.message->header.correlation, second);
    EXPECT_EQ(b.message->header.kind, Kind::error);
    told.set_value({a.message->body, parseError(b.message->body).message});
  });
  ASSERT_TRUE(hello.get().ok());
  const auto [greeting, refusal] = told.get_future().get();
  EXPECT_EQ(greeting, "hello plugin, how are you");
  EXPECT_EQ(refusal, "the kernel knows no topic nonsense/1");
  peer.join();
}

TEST(BusThread, EndsWithPeersAtWorkAndQuestionsOpen) {
  std::vector<BusThread::Answer> answers;
  std::unique_ptr<Peer> peer;
  {
    const auto bus = start();
    auto hello = bus->expect("p1", "plugin", kLong);
    peer = std::make_unique<Peer>(bus->context(), "p1", [](RpcClient&, const Message&) {});  // never answers
    ASSERT_TRUE(hello.get().ok());
    for (int i = 0; i < 100; ++i) answers.push_back(bus->request("p1", "t/1", {}, kLong));
  }
  for (auto& answer : answers) EXPECT_EQ(answer.get().error().code, Code::FL0316);
  peer->join();
}

TEST(BusThread, AnEndpointThatCannotBeBoundIsAnError) {
  const auto bus = BusThread::start({"ipc:///nonexistent/directory/socket"});
  ASSERT_FALSE(bus.ok());
  EXPECT_EQ(bus.error().code, Code::FL0316);
}

}  // namespace
}  // namespace fleetd::bus
