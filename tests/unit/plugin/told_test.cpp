#include "kernel/plugin/told.hpp"

#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>

#include "kernel/bus/limits.hpp"
#include "kernel/plugin/messages.hpp"

namespace fleetd::plugin {
namespace {

constexpr auto kLong = std::chrono::minutes(2);

// What a sink was given; while it is closed, whoever gives waits.
class Heard {
 public:
  void take(std::string text) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return open_; });
    got_.push_back(std::move(text));
    changed_.notify_all();
  }
  void open(bool now) {
    const std::lock_guard lock(mutex_);
    open_ = now;
    changed_.notify_all();
  }
  bool has(std::size_t count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kLong, [&] { return got_.size() >= count; });
  }
  std::vector<std::string> all() {
    const std::lock_guard lock(mutex_);
    return got_;
  }
  LogSink log() {
    return [this](const std::string& id, int level, const std::string& text) {
      take(id + " " + std::to_string(level) + " " + text);
    };
  }
  EventSink events() {
    return [this](const std::string& id, const std::string& name, std::string_view body) {
      take(id + " " + name + " " + std::string(body));
    };
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> got_;
  bool open_ = true;
};

TEST(Told, LinesGoToOneReaderAndEventsToTheOther) {
  const auto bus = *bus::BusThread::start();
  Heard lines, events;
  auto told = *Told::start(*bus, lines.log(), events.events());
  const auto log = Told::sink(*bus, lines.log());
  log("p", FLEET_LOG_WARNING, "a line");
  bus->publish("fleet.progress/1", "q", "half");
  bus->publish(topic::kLog, "r", "no level");
  told.reset();  // hands on what was said before
  EXPECT_EQ(lines.all(), std::vector<std::string>{"p 2 a line"});
  EXPECT_EQ(events.all(), std::vector<std::string>{"q fleet.progress/1 half"});
}

// A log nobody empties: progress is shown all the same, what is kept is bounded, and the log says what it missed.
TEST(Told, ASlowReaderHoldsUpNeitherThePluginNorTheOther) {
  const auto bus = *bus::BusThread::start();
  Heard lines, events;
  lines.open(false);
  auto told = *Told::start(*bus, lines.log(), events.events());
  const auto log = Told::sink(*bus, lines.log());
  constexpr int kMany = 6000;
  for (int i = 0; i < kMany; ++i) {
    log("p", FLEET_LOG_INFO, "line");
    if (i % 100 != 0) continue;
    bus->publish("fleet.progress/1", "p", std::to_string(i));
    ASSERT_TRUE(events.has(static_cast<std::size_t>(i / 100 + 1)));
  }
  bus->flushEvents();
  EXPECT_TRUE(lines.all().empty());
  lines.open(true);
  log("p", FLEET_LOG_INFO, "last");
  told.reset();
  EXPECT_EQ(events.all().size(), kMany / 100u);
  EXPECT_LE(lines.all().size(), 2u * bus::kEventHighWater + 4);
  EXPECT_GE(lines.all().size(), static_cast<std::size_t>(bus::kEventHighWater));
}

TEST(Told, NobodyWhoListensCostsNothing) {
  const auto bus = *bus::BusThread::start();
  const auto told = *Told::start(*bus, {}, {});
  EXPECT_FALSE(Told::sink(*bus, {}));
}

}  // namespace
}  // namespace fleetd::plugin
