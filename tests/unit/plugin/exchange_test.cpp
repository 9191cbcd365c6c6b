// Plugins talk only on the topics their manifests list, and only so much.
#include "kernel/plugin/exchange.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <mutex>
#include <thread>

#include "kernel/base/file.hpp"
#include "kernel/plugin/host_bus.hpp"
#include "tests/support/temp_dir.hpp"

namespace fleetd::plugin {
namespace {

class ExchangeTest : public testing::Test {
 protected:
  void SetUp() override {
    // Both are in one library: each is found under its own name.
    for (const char* id : {"test.talker", "test.listener"})
      ASSERT_EQ(symlink((std::string(FIXTURES) + "/test.talker.so").c_str(), dir.at(std::string(id) + ".so").c_str()),
                0);
    PluginsOptions options;
    options.events = [this](const std::string& plugin, const std::string& topic, std::string_view body) {
      const std::lock_guard lock(mutex);
      events.push_back(plugin + " " + topic + " " + std::to_string(body.size()));
    };
    plugins.emplace(Plugins::open({{dir.path(), Origin::installed}}, std::move(options), diagnostics));
    for (const char* id : {"test.talker", "test.listener"}) ASSERT_TRUE(plugins->manifest(id)) << id;
  }
  // What the plugin writes about a host of this name.
  std::vector<sdk::Value> ask(const std::string& id, const std::string& name) {
    HostView host;
    host.name = name;
    host.hostClass = "nixos";
    const auto fragments = plugins->contribute(id, {}, {host}, diagnostics);
    if (!fragments.at(0)) return {};
    std::vector<sdk::Value> out;
    for (const auto& definition : fragments[0]->definitions) out.push_back(definition.value);
    return out;
  }
  std::int64_t status(const std::string& name) {
    const auto values = ask("test.talker", name);
    const auto* number = values.empty() ? nullptr : values[0].get<std::int64_t>();
    return number ? *number : 99;
  }
  // Asks the listener until it heard so many.
  std::vector<sdk::Value> heard(std::int64_t atLeast) {
    for (int i = 0; i < 500; ++i) {
      auto values = ask("test.listener", "x");
      if (values.empty() || *values[0].get<std::int64_t>() >= atLeast) return values;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return {};
  }
  // The talker's answer, once there is one.
  std::string answer() {
    for (int i = 0; i < 500; ++i) {
      const auto values = ask("test.talker", "x");
      if (values.size() == 2 && *values[1].get<std::string>() != "none") return *values[1].get<std::string>();
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return "nothing came";
  }
  // What whoever runs fleetd was told, once it is so many.
  std::vector<std::string> published(std::size_t atLeast) {
    for (int i = 0; i < 3000; ++i) {
      {
        const std::lock_guard lock(mutex);
        if (events.size() >= atLeast) return events;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return {};
  }
  void expectRefused(const std::string& topic) {
    // The next call tells what was refused before it.
    for (int i = 0; i < 500 && diagnostics.sorted().empty(); ++i) {
      status("x");
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    const auto all = diagnostics.sorted();
    ASSERT_EQ(all.size(), 1u);
    EXPECT_EQ(all[0].code, Code::FL0335);
    EXPECT_NE(all[0].message.find("plugin `test.talker`"), std::string::npos) << all[0].message;
    EXPECT_NE(all[0].message.find(topic), std::string::npos) << all[0].message;
  }

  test::TempDir dir;
  Diagnostics diagnostics;
  std::mutex mutex;
  std::vector<std::string> events;
  std::optional<Plugins> plugins;
};

TEST_F(ExchangeTest, EventsReachThoseWhoListTheTopic) {
  EXPECT_EQ(status("publishes"), FLEET_OK);
  const auto values = heard(1);
  ASSERT_EQ(values.size(), 2u);
  EXPECT_EQ(values[1], sdk::Value("test.news/1 test.talker hello"));
  EXPECT_EQ(published(1), std::vector<std::string>{"test.talker test.news/1 6"});
  EXPECT_TRUE(diagnostics.sorted().empty());
  const auto touched = plugins->touched();
  EXPECT_EQ(touched.at("test.talker").published.names().count("test.news/1"), 1u);
  EXPECT_EQ(touched.at("test.listener").received.names().count("test.news/1"), 1u);
}

TEST_F(ExchangeTest, OtherThreadsMayPublish) {
  EXPECT_EQ(status("thread"), FLEET_OK);
  EXPECT_EQ(heard(1).at(1), sdk::Value("test.news/1 test.talker thread"));
}

TEST_F(ExchangeTest, ATopicThatIsNotListedIsRefusedWithThePluginNamed) {
  EXPECT_EQ(status("undeclared"), FLEET_E_DENIED);
  expectRefused("test.other/1");
  EXPECT_EQ(status("undeclared"), FLEET_E_DENIED);
  EXPECT_EQ(diagnostics.sorted().size(), 1u) << "once is enough";
  const std::lock_guard lock(mutex);
  EXPECT_TRUE(events.empty());
}

TEST_F(ExchangeTest, APrefixEndsAtAName) {
  EXPECT_EQ(status("nearly"), FLEET_E_DENIED);
  expectRefused("test.newspaper/1");
}

TEST_F(ExchangeTest, WhatIsNoTopicOrTooMuchIsNotSent) {
  EXPECT_EQ(status("no-topic"), FLEET_E_INVALID_ARGUMENT);
  EXPECT_EQ(status("large"), FLEET_E_LIMIT);
  EXPECT_EQ(status("early"), FLEET_E_STATE) << "before it is active";
  const auto taken = status("many");
  EXPECT_GT(taken, 0);
  EXPECT_LE(taken, static_cast<std::int64_t>(2 * HostBus::kMaxPerSecond)) << "the loop may see two seconds";
  EXPECT_TRUE(diagnostics.sorted().empty()) << "events may be lost";
  EXPECT_GT(*heard(1).at(0).get<std::int64_t>(), 0);
}

TEST_F(ExchangeTest, RequestsAreAnswered) {
  EXPECT_EQ(status("asks"), FLEET_OK);
  // A text of 19 bytes behind its first byte.
  EXPECT_EQ(answer(), "0 pong to test.talker");
  EXPECT_EQ(status("asks-nobody"), FLEET_OK);
  EXPECT_EQ(answer(), std::to_string(FLEET_E_UNSUPPORTED));
  EXPECT_EQ(status("asks-late"), FLEET_OK);
  EXPECT_EQ(answer(), std::to_string(FLEET_E_DEADLINE));
  EXPECT_TRUE(diagnostics.sorted().empty());
}

TEST_F(ExchangeTest, ARequestOutsideTheManifestIsRefused) {
  EXPECT_EQ(status("asks-undeclared"), FLEET_E_DENIED);
  expectRefused("test.other/ask");
}

TEST_F(ExchangeTest, CancellingAnswersAtOnceAndOnce) {
  EXPECT_EQ(status("cancels"), FLEET_OK);
  EXPECT_EQ(answer(), std::to_string(FLEET_E_CANCELLED));
  EXPECT_EQ(status("cancels-unknown"), FLEET_E_INVALID_ARGUMENT);
}

TEST_F(ExchangeTest, EndsWhileMessagesAreUnderWay) {
  EXPECT_GT(status("many"), 0);
  EXPECT_EQ(status("asks-late"), FLEET_OK);
  plugins.reset();
}

}  // namespace
}  // namespace fleetd::plugin
