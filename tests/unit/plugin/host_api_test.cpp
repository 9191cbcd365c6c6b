#include "kernel/plugin/host_api.hpp"

#include <gtest/gtest.h>
#include <poll.h>

#include <cstring>
#include <mutex>
#include <thread>

#include "kernel/base/clock.hpp"

namespace fleetd::plugin {
namespace {

struct Lines {
  std::mutex mutex;
  std::vector<std::string> lines;
  LogSink sink() {
    return [this](const std::string& plugin, int level, const std::string& text) {
      const std::lock_guard lock(mutex);
      lines.push_back(plugin + "/" + std::to_string(level) + "/" + text);
    };
  }
};

template <class Ext>
const Ext* extension(const HostApi& api, const char* id) {
  return static_cast<const Ext*>(api.c()->get_extension(api.c(), id));
}

fleet_error_t finding(const char* message) {
  fleet_error_t out{};
  out.struct_size = FLEET_SIZE(fleet_error_t);
  std::strncpy(out.message, message, sizeof out.message - 1);
  return out;
}

bool readable(int fd) {
  pollfd item{fd, POLLIN, 0};
  return poll(&item, 1, 0) == 1;
}

TEST(HostApi, SaysWhatItIs) {
  const HostApi api("p", {}, {});
  EXPECT_EQ(api.c()->struct_size, sizeof(fleet_host_t));
  EXPECT_STREQ(api.c()->name, "fleetd");
  EXPECT_TRUE(fleet_version_ok(api.c()->version, FLEET_VERSION_INIT));
  EXPECT_EQ(api.c()->get_extension(api.c(), "fleet.unknown/1"), nullptr);
  EXPECT_EQ(api.c()->get_extension(api.c(), nullptr), nullptr);
}

TEST(HostApi, LogsOneHarmlessLine) {
  Lines lines;
  const HostApi api("p", lines.sink(), {});
  const auto* log = extension<fleet_host_log_t>(api, FLEET_EXT_LOG);
  const std::string text = "a\nb\x1b[31m";
  log->log(api.c(), FLEET_LOG_WARNING, {text.data(), text.size()});
  log->log(api.c(), 99, {"x", 1});
  log->log(api.c(), -5, {"y", 1});
  log->log(api.c(), 0, {nullptr, 5});
  const std::string longText(100'000, 'z');
  log->log(api.c(), FLEET_LOG_INFO, {longText.data(), longText.size()});
  ASSERT_EQ(lines.lines.size(), 4u);
  EXPECT_EQ(lines.lines[0], "p/2/a b\uFFFD[31m");
  EXPECT_EQ(lines.lines[1], "p/3/x");
  EXPECT_EQ(lines.lines[2], "p/0/y");
  EXPECT_LT(lines.lines[3].size(), 5000u);
}

TEST(HostApi, FindingsBelongToTheirCall) {
  Lines lines;
  HostApi api("p", lines.sink(), {});
  const auto* diag = extension<fleet_host_diag_t>(api, FLEET_EXT_DIAG);
  auto error = finding("before");
  diag->emit(api.c(), FLEET_SEVERITY_ERROR, &error);  // outside of a call: only logged
  api.begin(0);
  error = finding("inside");
  diag->emit(api.c(), FLEET_SEVERITY_WARNING, &error);
  diag->emit(api.c(), 77, &error);
  diag->emit(api.c(), FLEET_SEVERITY_NOTE, nullptr);
  error.struct_size = 3;
  diag->emit(api.c(), FLEET_SEVERITY_NOTE, &error);
  const auto found = api.end();
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].error.message, "inside");
  EXPECT_EQ(found[0].severity, static_cast<std::uint32_t>(FLEET_SEVERITY_WARNING));
  EXPECT_EQ(found[1].severity, static_cast<std::uint32_t>(FLEET_SEVERITY_ERROR));
  EXPECT_EQ(lines.lines, std::vector<std::string>{"p/2/before"});
  api.begin(0);
  EXPECT_TRUE(api.end().empty());
}

TEST(HostApi, FindingsAreBoundedAndTheRestCounted) {
  HostApi api("p", {}, {});
  const auto* diag = extension<fleet_host_diag_t>(api, FLEET_EXT_DIAG);
  api.begin(0);
  const auto error = finding("again");
  for (std::size_t i = 0; i < HostApi::kMaxFindings + 5; ++i) diag->emit(api.c(), FLEET_SEVERITY_NOTE, &error);
  const auto found = api.end();
  ASSERT_EQ(found.size(), HostApi::kMaxFindings + 1);
  EXPECT_EQ(found.back().error.message, "5 more findings are not shown");
}

TEST(HostApi, FindingsMayComeFromAnyThread) {
  HostApi api("p", {}, {});
  const auto* diag = extension<fleet_host_diag_t>(api, FLEET_EXT_DIAG);
  api.begin(0);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      const auto error = finding("x");
      for (int j = 0; j < 500; ++j) diag->emit(api.c(), FLEET_SEVERITY_NOTE, &error);
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(api.end().size(), 2000u);
}

TEST(HostApi, KnowsWhenACallIsPointless) {
  bool gaveUp = false;
  HostApi api("p", {}, [&] { return gaveUp; });
  const auto* cancel = extension<fleet_host_cancel_t>(api, FLEET_EXT_CANCEL);
  const auto far = base::monotonicNanos() + 60'000'000'000;
  api.begin(far);
  EXPECT_EQ(cancel->deadline_ns(api.c()), far);
  EXPECT_EQ(cancel->is_cancelled(api.c()), 0);
  gaveUp = true;
  EXPECT_EQ(cancel->is_cancelled(api.c()), 1);
  std::uint8_t elsewhere = 9;
  std::thread([&] { elsewhere = cancel->is_cancelled(api.c()); }).join();
  EXPECT_EQ(elsewhere, 0);  // only the plugin thread may look
  gaveUp = false;
  api.end();
  EXPECT_EQ(cancel->deadline_ns(api.c()), 0);
  api.begin(base::monotonicNanos() - 1);
  EXPECT_EQ(cancel->is_cancelled(api.c()), 1);
}

TEST(HostApi, KnowsThePluginThread) {
  const HostApi api("p", {}, {});
  const auto* check = extension<fleet_host_thread_check_t>(api, FLEET_EXT_THREAD_CHECK);
  EXPECT_EQ(check->is_plugin_thread(api.c()), 1);
  EXPECT_EQ(check->is_worker_thread(api.c()), 0);
  std::uint8_t elsewhere = 9;
  std::thread([&] { elsewhere = check->is_plugin_thread(api.c()); }).join();
  EXPECT_EQ(elsewhere, 0);
}

TEST(HostApi, WishesWakeThePluginThreadAndCoalesce) {
  HostApi api("p", {}, {});
  EXPECT_FALSE(readable(api.wakeFd()));
  std::thread([&] {
    for (int i = 0; i < 100'000; ++i) api.c()->request_callback(api.c());
  }).join();
  EXPECT_TRUE(readable(api.wakeFd()));
  EXPECT_TRUE(api.takeCallback());
  EXPECT_FALSE(api.takeCallback());
  EXPECT_FALSE(readable(api.wakeFd()));
  std::string reason = "old";
  EXPECT_FALSE(api.takeRestart(reason));
  for (int i = 0; i < 100'000; ++i) api.c()->request_restart(api.c(), "because\x1b");  // more than a pipe holds
  EXPECT_TRUE(api.takeRestart(reason));
  EXPECT_EQ(reason, "because\uFFFD");
  api.c()->request_restart(api.c(), nullptr);
  EXPECT_TRUE(api.takeRestart(reason));
  EXPECT_EQ(reason, "");
}

}  // namespace
}  // namespace fleetd::plugin
