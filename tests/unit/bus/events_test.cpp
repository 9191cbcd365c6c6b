#include "kernel/bus/events.hpp"

#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>

#include "kernel/bus/bus_thread.hpp"
#include "kernel/bus/limits.hpp"
#include "tests/unit/bus/peer.hpp"

namespace fleetd::bus {
namespace {

// A reader that keeps what it is given, and can be made to wait.
struct Kept {
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<std::string> got;
  std::uint64_t lost = 0;
  bool open = true;

  EventReader::Take take() {
    return [this](const EventReader::Event& event, std::uint64_t missing) {
      std::unique_lock lock(mutex);
      changed.wait(lock, [this] { return open; });
      got.push_back(event.topic + " " + event.sender + " " + event.body);
      lost += missing;
      changed.notify_all();
    };
  }
  void set(bool now) {
    const std::lock_guard lock(mutex);
    open = now;
    changed.notify_all();
  }
  // Waits for so many; false only for a defect.
  bool has(std::size_t count) {
    std::unique_lock lock(mutex);
    return changed.wait_for(lock, std::chrono::milliseconds(kLong), [&] { return got.size() >= count; });
  }
};

std::unique_ptr<BusThread> start() { return *BusThread::start(); }

TEST(Events, ReachWhoSubscribedFromTheFirstOnInOrder) {
  const auto bus = start();
  Kept all, some;
  const auto reader = *bus->read({""}, all.take());
  const auto other = *bus->read({"fleet.log", "x.y"}, some.take());
  for (int i = 0; i < 100; ++i) bus->publish(i % 2 == 0 ? "fleet.log/1" : "fleet.progress/1", "p", std::to_string(i));
  bus->publish("x.y/2", "q", std::string(100'000, 'b'));
  ASSERT_TRUE(all.has(101));
  ASSERT_TRUE(some.has(51));
  for (std::size_t i = 0; i < 100; ++i)
    EXPECT_EQ(all.got[i], (i % 2 == 0 ? "fleet.log/1 p " : "fleet.progress/1 p ") + std::to_string(i));
  for (std::size_t i = 0; i < 50; ++i) EXPECT_EQ(some.got[i], "fleet.log/1 p " + std::to_string(2 * i));
  EXPECT_EQ(some.got[50], "x.y/2 q " + std::string(100'000, 'b'));
  EXPECT_EQ(all.lost + some.lost, 0u);
}

// The reader is stuck: the bus goes on, requests are answered, memory is bounded, and it is told what it missed.
TEST(Events, ASlowReaderLosesSomeAndHoldsUpNobody) {
  const auto bus = start();
  Kept slow, quick;
  slow.set(false);
  auto reader = *bus->read({""}, slow.take());
  auto other = *bus->read({""}, quick.take());
  auto hello = bus->expect("p1", "plugin", kLong);
  const Peer peer(bus->context(), "p1", echo);
  ASSERT_TRUE(hello.get().ok());
  constexpr int kMany = 20'000;
  for (int i = 0; i < kMany; ++i) {
    bus->publish("t/1", "p", std::to_string(i));
    if (i % 500 == 0) {  // not faster than the bus thread
      EXPECT_EQ(bus->request("p1", "echo/1", "x", kLong).get()->body, "x");
      ASSERT_TRUE(quick.has(static_cast<std::size_t>(i)));
    }
  }
  ASSERT_TRUE(quick.has(kMany));
  EXPECT_EQ(quick.lost, 0u);
  slow.set(true);
  bus->publish("t/1", "p", "last");
  bus->flushEvents();
  reader.reset();
  // The first one is in its hands, and both ends of its queue are full.
  EXPECT_LE(slow.got.size(), 2u * kEventHighWater + 2);
  EXPECT_GE(slow.got.size(), static_cast<std::size_t>(kEventHighWater));
  EXPECT_EQ(slow.got.front(), "t/1 p 0");
  if (slow.got.back() == "t/1 p last") {
    EXPECT_EQ(slow.lost + slow.got.size(), kMany + 1u);
  }
  bus->bye("p1");
}

TEST(Events, WhatFindsNoRoomOnItsWayIsCounted) {
  const auto bus = start();
  Kept kept;
  auto reader = *bus->read({""}, kept.take());
  auto hello = bus->expect("p1", "plugin", kLong);
  std::promise<void> held, go;
  // A handler runs on the bus thread: while it waits, events pile up before it.
  bus->handle("hold/1", [&](const std::string&, const Message&) {
    held.set_value();
    go.get_future().wait();
    return Message();
  });
  const Peer peer(bus->context(), "p1", [](RpcClient& client, const Message& message) {
    if (message.header.kind == Kind::request) client.request("hold/1", {}, kLong);
  });
  ASSERT_TRUE(hello.get().ok());
  auto answer = bus->request("p1", "go/1", {}, kLong);
  held.get_future().wait();
  for (std::size_t i = 0; i < kMaxPosted + 500; ++i) bus->publish("t/1", "p", "x");
  go.set_value();
  bus->flushEvents();
  bus->publish("t/1", "p", "last");
  ASSERT_TRUE(kept.has(1));
  bus->flushEvents();
  reader.reset();
  EXPECT_LE(kept.got.size(), kMaxPosted + 1);
  if (kept.got.back() == "t/1 p last") {
    EXPECT_EQ(kept.got.size() + kept.lost, kMaxPosted + 501);
  }
  bus->bye("p1");
}

TEST(Events, ReadersComeAndGo) {
  const auto bus = start();
  bus->publish("t/1", "p", "nobody listens");
  bus->flushEvents();
  for (int i = 0; i < 20; ++i) {
    Kept kept;
    const auto reader = *bus->read({"t"}, kept.take());
    bus->publish("t/1", "p", std::to_string(i));
    bus->publish("u/1", "p", "other");
    ASSERT_TRUE(kept.has(1));
    EXPECT_EQ(kept.got, std::vector<std::string>{"t/1 p " + std::to_string(i)});
  }
}

// What is said before the end is heard.
TEST(Events, TheEndTakesWhatIsThere) {
  const auto bus = start();
  Kept kept;
  auto reader = *bus->read({""}, kept.take());
  for (int i = 0; i < 500; ++i) bus->publish("t/1", "p", "x");
  bus->flushEvents();
  reader.reset();
  EXPECT_EQ(kept.got.size(), 500u);
}

}  // namespace
}  // namespace fleetd::bus
