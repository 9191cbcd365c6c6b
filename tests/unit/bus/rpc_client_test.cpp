#include "kernel/bus/rpc_client.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include "kernel/base/fd.hpp"
#include "kernel/bus/errors.hpp"
#include "kernel/bus/limits.hpp"

namespace fleetd::bus {
namespace {

constexpr const char* kEndpoint = "inproc://client-test";

// A client whose kernel is a bare router of this test.
struct Fixture {
  Context context = *Context::create(0);
  Socket router = *Socket::create(context, SocketType::router);
  std::optional<RpcClient> client;

  Fixture() {
    EXPECT_TRUE(router.bind(kEndpoint).ok());
    client.emplace(*RpcClient::connect(context, kEndpoint, "peer"));
  }
  void send(Kind kind, std::uint64_t correlation, std::string body = {}) {
    Envelope header;
    header.kind = kind;
    header.correlation = correlation;
    header.topic = "t/1";
    ASSERT_EQ(router.send({"peer", encode(header), std::move(body)}), SendStatus::sent);
  }
  std::optional<Message> sent() {
    auto got = router.receive(3);
    if (!got || !*got) return std::nullopt;
    return Message{*decode((*got)->frames[1]), (*got)->frames[2]};
  }
};

TEST(RpcClient, TakesRequestsInOrder) {
  Fixture f;
  f.send(Kind::request, 1, "a");
  f.send(Kind::request, 2, "b");
  EXPECT_EQ(f.client->wait(-1, -1).message->body, "a");
  EXPECT_EQ(f.client->wait(-1, -1).message->body, "b");
  EXPECT_FALSE(f.client->wait(-1, 0).message);
}

TEST(RpcClient, ACancelledRequestNeverShowsUp) {
  Fixture f;
  f.send(Kind::request, 1, "a");
  f.send(Kind::request, 2, "b");
  f.send(Kind::cancel, 1);
  EXPECT_EQ(f.client->wait(-1, -1).message->body, "b");
}

TEST(RpcClient, ARunningRequestLearnsOfItsCancellation) {
  Fixture f;
  f.send(Kind::request, 1, "a");
  const auto request = f.client->wait(-1, -1).message->header;
  EXPECT_FALSE(f.client->cancelled(request));
  f.send(Kind::request, 2, "b");
  f.send(Kind::cancel, 1);
  EXPECT_TRUE(f.client->cancelled(request));
  EXPECT_EQ(f.client->wait(-1, -1).message->body, "b");  // looking lost nothing
}

TEST(RpcClient, ByeEndsAndCancels) {
  Fixture f;
  f.send(Kind::request, 1, "a");
  const auto request = f.client->wait(-1, -1).message->header;
  f.send(Kind::bye, 0);
  EXPECT_TRUE(f.client->cancelled(request));
  EXPECT_TRUE(f.client->wait(-1, -1).ended);
}

TEST(RpcClient, AnotherDescriptorWakesIt) {
  Fixture f;
  const auto pipe = base::makePipe();
  ASSERT_EQ(write(pipe.write.get(), "x", 1), 1);
  const auto turn = f.client->wait(pipe.read.get(), -1);
  EXPECT_TRUE(turn.woken);
  EXPECT_FALSE(turn.message);
  EXPECT_FALSE(turn.ended);
}

TEST(RpcClient, AnswersCarryTheRequestsNumbers) {
  Fixture f;
  Envelope header;
  header.kind = Kind::request;
  header.correlation = 42;
  header.epoch = 7;
  header.topic = "t/1";
  f.client->reply(header, "yes");
  f.client->fail(header, {FLEET_E_STATE, {}, {}, "no", {}, 0});
  f.client->hello("me");
  const auto reply = f.sent(), error = f.sent(), hello = f.sent();
  ASSERT_TRUE(reply && error && hello);
  EXPECT_EQ(reply->header.kind, Kind::reply);
  EXPECT_EQ(reply->header.correlation, 42u);
  EXPECT_EQ(reply->header.epoch, 7u);
  EXPECT_EQ(error->header.kind, Kind::error);
  EXPECT_EQ(error->header.epoch, 7u);
  EXPECT_EQ(parseError(error->body).status, FLEET_E_STATE);
  EXPECT_EQ(hello->header.kind, Kind::hello);
  EXPECT_LT(reply->header.seq, error->header.seq);
}

TEST(RpcClient, AnOversizedRequestIsAnsweredWithAnError) {
  Fixture f;
  f.send(Kind::request, 9, std::string(kMaxBodyBytes + 1, 'x'));
  f.send(Kind::request, 10, "small");
  EXPECT_EQ(f.client->wait(-1, -1).message->body, "small");
  const auto answer = f.sent();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->header.correlation, 9u);
  EXPECT_EQ(parseError(answer->body).status, FLEET_E_LIMIT);
}

TEST(RpcClient, GarbageIsPassedOver) {
  Fixture f;
  ASSERT_EQ(f.router.send({"peer", "garbage", "x"}), SendStatus::sent);
  ASSERT_EQ(f.router.send({"peer", ""}), SendStatus::sent);
  ASSERT_EQ(f.router.send({"peer", "a", "b", "c"}), SendStatus::sent);
  f.send(Kind::hello, 0);
  f.send(Kind::request, 1, "a");
  EXPECT_EQ(f.client->wait(-1, -1).message->body, "a");
}

TEST(RpcClient, WaitsForRoomInTheQueue) {
  Fixture f;
  Envelope header;
  header.kind = Kind::request;
  std::thread filler([&] {
    auto client = RpcClient::connect(f.context, kEndpoint, "other");
    for (int i = 0; i < 5 * kHighWater; ++i) client->reply(header, std::to_string(i));
  });
  for (int i = 0; i < 5 * kHighWater; ++i) {
    std::optional<Message> got;
    while (!(got = f.sent())) wait(f.router, -1, 1000);
    EXPECT_EQ(got->body, std::to_string(i));
  }
  filler.join();
}

}  // namespace
}  // namespace fleetd::bus
