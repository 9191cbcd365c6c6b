#include "kernel/bus/socket.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <thread>
#include <utility>

#include "kernel/bus/limits.hpp"

namespace fleetd::bus {
namespace {

constexpr const char* kEndpoint = "inproc://socket-test";

struct Pair {
  Context context;
  Socket router, dealer;

  static std::unique_ptr<Pair> make() {
    auto context = Context::create(0);
    auto router = Socket::create(*context, SocketType::router);
    EXPECT_TRUE(router->bind(kEndpoint).ok());
    auto dealer = Socket::create(*context, SocketType::dealer, "peer");
    EXPECT_TRUE(dealer->connect(kEndpoint).ok());
    return std::unique_ptr<Pair>(new Pair{*std::move(context), *std::move(router), *std::move(dealer)});
  }
};

TEST(Socket, CarriesFramesBothWays) {
  const auto pair = Pair::make();
  EXPECT_EQ(pair->dealer.send({"head", "body"}), SendStatus::sent);
  auto got = pair->router.receive(3);
  ASSERT_TRUE(got.ok() && *got);
  EXPECT_EQ((*got)->frames, (std::vector<std::string>{"peer", "head", "body"}));
  EXPECT_EQ(pair->router.send({"peer", "answer", ""}), SendStatus::sent);
  got = pair->dealer.receive(2);
  ASSERT_TRUE(got.ok() && *got);
  EXPECT_EQ((*got)->frames, (std::vector<std::string>{"answer", ""}));
  EXPECT_FALSE(*pair->dealer.receive(2));
}

TEST(Socket, ARouterKnowsWhomItDoesNotReach) {
  const auto pair = Pair::make();
  EXPECT_EQ(pair->router.send({"stranger", "head", "body"}), SendStatus::unreachable);
  EXPECT_EQ(pair->router.send({"peer", "head", "body"}), SendStatus::sent);
}

TEST(Socket, AFullQueueIsToldAndNothingOfTheMessageStays) {
  const auto pair = Pair::make();
  int sent = 0;
  SendStatus last = SendStatus::sent;
  while (sent < 10 * kHighWater &&
         (last = pair->router.send({"peer", "head", std::to_string(sent)})) == SendStatus::sent)
    ++sent;
  EXPECT_EQ(last, SendStatus::full);
  EXPECT_GE(sent, kHighWater);
  EXPECT_LE(sent, 2 * kHighWater);  // inproc adds up both ends
  for (int i = 0; i < sent; ++i) {
    const auto got = pair->dealer.receive(2);
    ASSERT_TRUE(got.ok() && *got);
    EXPECT_EQ((*got)->frames[1], std::to_string(i));
  }
  EXPECT_FALSE(*pair->dealer.receive(2));
  EXPECT_EQ(pair->router.send({"peer", "head", "again"}), SendStatus::sent);
}

TEST(Socket, OversizedFramesAreRefusedOnInproc) {
  // libzmq ignores its own limit there.
  const auto pair = Pair::make();
  EXPECT_EQ(pair->dealer.send({"head", std::string(kMaxBodyBytes + 1, 'x')}), SendStatus::sent);
  EXPECT_EQ(pair->dealer.send({"head", std::string(kMaxBodyBytes, 'x')}), SendStatus::sent);
  auto got = pair->router.receive(3);
  ASSERT_TRUE(got.ok() && *got);
  EXPECT_TRUE((*got)->refused);
  EXPECT_EQ((*got)->frames, (std::vector<std::string>{"peer", "head"}));
  got = pair->router.receive(3);
  ASSERT_TRUE(got.ok() && *got);
  EXPECT_FALSE((*got)->refused);
  EXPECT_EQ((*got)->frames[2].size(), kMaxBodyBytes);
}

TEST(Socket, TooManyFramesAreRefusedWhole) {
  const auto pair = Pair::make();
  EXPECT_EQ(pair->dealer.send({"a", "b", "c", "d"}), SendStatus::sent);
  EXPECT_EQ(pair->dealer.send({"next"}), SendStatus::sent);
  auto got = pair->router.receive(3);
  ASSERT_TRUE(got.ok() && *got);
  EXPECT_TRUE((*got)->refused);
  got = pair->router.receive(3);
  ASSERT_TRUE(got.ok() && *got);
  EXPECT_EQ((*got)->frames, (std::vector<std::string>{"peer", "next"}));
}

TEST(Socket, ShortMessagesSurviveAMove) {
  // Up to 33 bytes libzmq keeps the bytes inside the message object: a view into it would dangle after a
  // move.
  for (const std::size_t size : {1u, 8u, 33u, 34u, 200u}) {
    const auto pair = Pair::make();
    EXPECT_EQ(pair->dealer.send({std::string(size, 'v')}), SendStatus::sent);
    auto first = *pair->router.receive(3);
    const Received moved = std::move(*first);
    first.reset();
    EXPECT_EQ(moved.frames[1], std::string(size, 'v'));
  }
}

TEST(Socket, ShutdownWakesAWait) {
  const auto pair = Pair::make();
  std::thread ender([&] { pair->context.shutdown(); });
  EXPECT_TRUE(wait(pair->dealer, -1, -1).ended);
  ender.join();
  EXPECT_FALSE(pair->dealer.receive(2).ok());
  EXPECT_FALSE(pair->dealer.waitWritable(-1));
}

TEST(Socket, ErrorsNameTheirReason) {
  auto context = Context::create(0);
  auto socket = Socket::create(*context, SocketType::router);
  const auto bound = socket->bind("nonsense://x");
  ASSERT_FALSE(bound.ok());
  EXPECT_EQ(bound.error().code, Code::FL0316);
  EXPECT_NE(bound.error().message.find("Protocol not supported"), std::string::npos) << bound.error().message;
}

}  // namespace
}  // namespace fleetd::bus
