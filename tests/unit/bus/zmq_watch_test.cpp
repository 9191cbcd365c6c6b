#include "kernel/bus/zmq_watch.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "kernel/bus/limits.hpp"

namespace fleetd::bus {
namespace {

constexpr const char* kEndpoint = "inproc://watch-test";

// A router with a watch on a loop of this thread; the test's time is bounded by a timer that only a defect
// lets run out.
struct Watched {
  Context context = *Context::create(0);
  Loop loop;
  Socket router = *Socket::create(context, SocketType::router);
  std::vector<std::string> got;
  std::vector<std::vector<std::string>> unreachable;
  std::size_t wanted = 0;
  bool stalled = false;

  Watched() { EXPECT_TRUE(router.bind(kEndpoint).ok()); }

  std::unique_ptr<ZmqWatch> watch() {
    return std::make_unique<ZmqWatch>(
        loop, router, 3,
        [this](Received received) {
          got.push_back(received.frames.back());
          if (got.size() == wanted) loop.stop();
        },
        [this](const std::vector<std::string>& frames) { unreachable.push_back(frames); });
  }
  void run() {
    loop.after(60'000'000'000, [this] {
      stalled = true;
      loop.stop();
    });
    loop.run();
  }
};

TEST(ZmqWatch, TakesEverythingOfOneEdge) {
  // One receive for each readiness of the descriptor would stall after the first message.
  Watched w;
  w.wanted = 400;
  auto dealer = Socket::create(w.context, SocketType::dealer, "peer");
  ASSERT_TRUE(dealer->connect(kEndpoint).ok());
  const auto watch = w.watch();
  w.loop.post([&] {
    for (std::size_t i = 0; i < w.wanted; ++i) ASSERT_EQ(dealer->send({std::to_string(i)}), SendStatus::sent);
  });
  w.run();
  ASSERT_FALSE(w.stalled);
  ASSERT_EQ(w.got.size(), 400u);
  for (std::size_t i = 0; i < w.got.size(); ++i) EXPECT_EQ(w.got[i], std::to_string(i));
}

TEST(ZmqWatch, SeesWhatCameBeforeItExisted) {
  Watched w;
  w.wanted = 1;
  auto dealer = Socket::create(w.context, SocketType::dealer, "peer");
  ASSERT_TRUE(dealer->connect(kEndpoint).ok());
  ASSERT_EQ(dealer->send({"early"}), SendStatus::sent);
  EXPECT_TRUE(w.router.events().readable);  // this look eats the edge
  const auto watch = w.watch();
  w.run();
  EXPECT_FALSE(w.stalled);
  EXPECT_EQ(w.got, std::vector<std::string>{"early"});
}

TEST(ZmqWatch, ASendDoesNotLoseAMessageThatCameMeanwhile) {
  // Sending looks at the same descriptor and may consume its edge: many rounds of crossing messages must all
  // arrive.
  Watched w;
  w.wanted = 5000;
  std::unique_ptr<ZmqWatch> watch;
  std::thread peer([&] {
    auto dealer = Socket::create(w.context, SocketType::dealer, "peer");
    ASSERT_TRUE(dealer->connect(kEndpoint).ok());
    for (int i = 0; i < 5000; ++i) {
      while (dealer->send({"m"}) == SendStatus::full) ASSERT_TRUE(dealer->waitWritable(60'000));
      while (*dealer->receive(2)) {
      }
    }
    while (!wait(*dealer, -1, -1).ended)
      while (auto more = dealer->receive(2)) {
        if (!*more) break;
      }
  });
  watch = w.watch();
  std::function<void()> chatter = [&] {
    watch->send({"peer", "x"});
    if (w.got.size() < w.wanted && !w.stalled) w.loop.post(chatter);
  };
  w.loop.post(chatter);
  w.run();
  watch.reset();
  w.context.shutdown();
  peer.join();
  EXPECT_FALSE(w.stalled);
  EXPECT_EQ(w.got.size(), 5000u);
}

TEST(ZmqWatch, AFullQueueIsWaitedForInOrder) {
  Watched w;
  const int count = 3 * kHighWater;
  auto dealer = Socket::create(w.context, SocketType::dealer, "peer");
  ASSERT_TRUE(dealer->connect(kEndpoint).ok());
  const auto watch = w.watch();
  std::vector<std::string> arrived;
  std::function<void()> drain = [&] {
    for (auto more = dealer->receive(2); more.ok() && *more; more = dealer->receive(2))
      arrived.push_back((*more)->frames[0]);
    if (arrived.size() < static_cast<std::size_t>(count))
      w.loop.after(1'000'000, drain);
    else
      w.loop.stop();
  };
  w.loop.post([&] {
    for (int i = 0; i < count; ++i) watch->send({"peer", std::to_string(i)});
    EXPECT_GT(watch->waiting(), 0u);
    drain();
  });
  w.run();
  ASSERT_FALSE(w.stalled);
  for (int i = 0; i < count; ++i) EXPECT_EQ(arrived[static_cast<std::size_t>(i)], std::to_string(i));
}

TEST(ZmqWatch, TellsWhomItDidNotReach) {
  Watched w;
  const auto watch = w.watch();
  w.loop.post([&] {
    watch->send({"stranger", "head"});
    w.loop.stop();
  });
  w.run();
  EXPECT_EQ(w.unreachable, (std::vector<std::vector<std::string>>{{"stranger", "head"}}));
}

}  // namespace
}  // namespace fleetd::bus
