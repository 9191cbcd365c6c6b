// Plugins in processes of their own, through everything callers use.
#include "kernel/plugin/isolated_host.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <mutex>
#include <random>
#include <thread>

#include "kernel/base/clock.hpp"
#include "kernel/base/file.hpp"
#include "kernel/base/sanitizer.hpp"
#include "kernel/plugin/plugins.hpp"
#include "kernel/process/sandbox.hpp"
#include "kernel/process/spawn.hpp"
#include "tests/support/temp_dir.hpp"

namespace fleetd::plugin {
namespace {

std::string rogueHost() { return std::string(FIXTURES) + "/rogue_host"; }

// Whether this machine lets us make a sandbox.
bool sandboxes() {
  static const bool works = [] {
    Isolation isolation;
    isolation.program = PLUGIN_HOST;
    auto words = hostCommand(isolation, "test.rough", std::string(FIXTURES) + "/test.rough.so", "/tmp");
    if (!words) return false;
    process::Command command;
    command.argv = *words;
    const auto ran = process::run(command);
    return ran && ran->status.code == 2;  // the program's own complaint
  }();
  return works;
}

HostView host(std::string name) {
  HostView out;
  out.name = std::move(name);
  out.hostClass = "nixos";
  return out;
}

// With and without a sandbox.
class IsolatedHostTest : public testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    if (GetParam() && !sandboxes()) GTEST_SKIP() << "no sandbox to be had here";
  }
  PluginsOptions options() const {
    PluginsOptions out;
    out.isolation.who = Isolate::thirdParty;
    out.isolation.sandbox = GetParam();
    out.isolation.program = PLUGIN_HOST;
    out.isolation.memory = 512u << 20;
    return out;
  }
  Plugins open(PluginsOptions options, const std::string& directory = FIXTURES) {
    return Plugins::open({{directory, Origin::environment}}, std::move(options), diagnostics);
  }
  // What a fleet of three hosts, the middle one of this name, gets told; all findings in `found`.
  std::size_t contributed(Plugins& plugins, const std::string& name) {
    Diagnostics fresh;
    const auto out = plugins.contribute("test.rough", {}, {host("a"), host(name), host("b")}, fresh);
    found = fresh.sorted();
    return static_cast<std::size_t>(std::count_if(out.begin(), out.end(), [](const auto& f) { return f.has_value(); }));
  }
  void expectOne(Code code, std::initializer_list<std::string> words) {
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found[0].code, code) << found[0].message;
    EXPECT_EQ(found[0].host, "");
    for (const auto& word : words)
      EXPECT_NE(found[0].message.find(word), std::string::npos) << word << " in: " << found[0].message;
  }

  Diagnostics diagnostics;
  std::vector<Diagnostic> found;
};

INSTANTIATE_TEST_SUITE_P(, IsolatedHostTest, testing::Bool(),
                         [](const auto& mode) { return mode.param ? "Sandboxed" : "Unsandboxed"; });

TEST_P(IsolatedHostTest, AnswersLikeAnyOther) {
  auto plugins = open(options());
  const auto sets = plugins.select({{"web", "nixos", {"test.service", "test.rough"}, {}}}, diagnostics);
  EXPECT_EQ(sets[0].size(), 2u);
  ASSERT_TRUE(plugins.schema("test.service").ok());
  EXPECT_EQ(plugins.rules("test.service")->definitions.size(), 1u);
  EXPECT_EQ(contributed(plugins, "web"), 3u);
  EXPECT_TRUE(found.empty());
  EXPECT_TRUE(diagnostics.sorted().empty());
}

TEST_P(IsolatedHostTest, ItsOwnRefusalKeepsItsWords) {
  auto with = options();
  with.settings["test.rough"] = sdk::Attrs{{"fail", true}};
  auto plugins = open(std::move(with));
  EXPECT_EQ(plugins.manifest("test.rough").error().code, Code::FL0308);
  EXPECT_NE(plugins.manifest("test.rough").error().message.find("not today [RGH01]"), std::string::npos);
  EXPECT_EQ(plugins.manifest("flaw.no-entry").error().code, Code::FL0302);
  EXPECT_EQ(plugins.manifest("flaw.size-small").error().code, Code::FL0304);
}

TEST_P(IsolatedHostTest, ACrashCostsOneDiagnosticAndIsNoticedAtOnce) {
  auto with = options();
  with.isolation.restarts = 0;
  with.callMs = 600'000;
  auto plugins = open(std::move(with));
  const base::Stopwatch watch;
  EXPECT_EQ(contributed(plugins, "crash"), 0u);
  EXPECT_LT(watch.elapsed(), std::chrono::minutes(5));  // not at the deadline
  expectOne(Code::FL0327, {"`test.rough`", "SIGSEGV", "fleet.contribute/1", "\n  about to\n  crash"});
  EXPECT_NE(found[0].notes.back().find("3 hosts"), std::string::npos);
  // Asked again, it says the same; others work.
  EXPECT_EQ(plugins.rules("test.rough").error().code, Code::FL0327);
  EXPECT_TRUE(plugins.rules("test.service").ok());
}

TEST_P(IsolatedHostTest, EveryEndIsNamed) {
  const std::vector<std::pair<std::string, std::string>> ends = {
      {"abort", "SIGABRT"}, {"exit", "exit status 3"}, {"kill", "SIGKILL"}};
  for (const auto& [name, word] : ends) {
    auto with = options();
    with.isolation.restarts = 0;
    auto plugins = open(std::move(with));
    EXPECT_EQ(contributed(plugins, name), 0u) << name;
    expectOne(Code::FL0327, {"`test.rough`", word});
  }
}

TEST_P(IsolatedHostTest, OneThatCrashesEachTimeIsNotStartedForEver) {
  auto plugins = open(options());  // two restarts
  EXPECT_EQ(contributed(plugins, "crash"), 0u);
  expectOne(Code::FL0327, {"SIGSEGV"});  // nothing of the restarts
  EXPECT_EQ(found[0].severity, Severity::Error);
  EXPECT_EQ(plugins.rules("test.rough").error().code, Code::FL0327);
}

TEST_P(IsolatedHostTest, ACrashInTheStartIsReported) {
  auto with = options();
  with.settings["test.rough"] = sdk::Attrs{{"crash", true}};
  auto plugins = open(std::move(with));
  EXPECT_EQ(plugins.manifest("test.rough").error().code, Code::FL0327);
  EXPECT_NE(plugins.manifest("test.rough").error().message.find("while it started: killed by SIGSEGV"),
            std::string::npos);
}

TEST_P(IsolatedHostTest, AHangIsEndedAtItsDeadline) {
  auto with = options();
  with.callMs = 300;
  auto plugins = open(with);
  ASSERT_TRUE(plugins.manifest("test.rough").ok());
  EXPECT_EQ(contributed(plugins, "hang"), 0u);
  expectOne(Code::FL0329, {"`test.rough`", "fleet.contribute/1", "SIGKILL"});
  auto late = options();
  late.startMs = 300;
  late.settings["test.rough"] = sdk::Attrs{{"hang", true}};
  auto others = open(std::move(late));
  EXPECT_EQ(others.manifest("test.rough").error().code, Code::FL0329);
}

TEST_P(IsolatedHostTest, ALeakEndsAtTheCeiling) {
#if FLEETD_ADDRESS_SANITIZER || FLEETD_THREAD_SANITIZER
  GTEST_SKIP() << "sanitizers use address space as they like";
#else
  for (const char* name : {"leak", "leak-malloc"}) {
    auto with = options();
    with.isolation.restarts = 0;
    auto plugins = open(std::move(with));
    EXPECT_EQ(contributed(plugins, name), 0u) << name;
    expectOne(Code::FL0332, {"`test.rough`", "512 MiB"});
  }
#endif
}

TEST_P(IsolatedHostTest, AForkBombMakesNoProcess) {
  auto with = options();
  with.callMs = 500;
  auto plugins = open(std::move(with));
  ASSERT_TRUE(plugins.manifest("test.rough").ok());
  EXPECT_EQ(contributed(plugins, "forks"), 0u);
  expectOne(Code::FL0329, {"`test.rough`", "SIGKILL", "forking"});
}

TEST_P(IsolatedHostTest, TooManyThreadsEndAtTheCeiling) {
#if FLEETD_ADDRESS_SANITIZER || FLEETD_THREAD_SANITIZER
  GTEST_SKIP() << "sanitizers use address space as they like";
#endif
  auto with = options();
  with.isolation.restarts = 0;
  auto plugins = open(std::move(with));
  contributed(plugins, "threads");
  ASSERT_FALSE(found.empty());
  EXPECT_NE(found[0].message.find("`test.rough`"), std::string::npos);
}

TEST_P(IsolatedHostTest, WhatItPrintsHarmsNobody) {
  auto plugins = open(options());
  EXPECT_EQ(contributed(plugins, "prints"), 3u);
  EXPECT_TRUE(found.empty());
}

TEST_P(IsolatedHostTest, LogLinesArriveUpToAPoint) {
  std::mutex mutex;
  std::vector<std::string> lines;
  auto with = options();
  with.log = [&](const std::string& plugin, int level, const std::string& text) {
    const std::lock_guard lock(mutex);
    lines.push_back(plugin + " " + std::to_string(level) + " " + text);
  };
  {
    auto plugins = open(std::move(with));
    ASSERT_TRUE(plugins.manifest("test.service").ok());
    EXPECT_EQ(contributed(plugins, "logs"), 3u);
  }
  ASSERT_FALSE(lines.empty());
  EXPECT_NE(std::find(lines.begin(), lines.end(), "test.service 1 active with a newline"), lines.end());
  EXPECT_GT(lines.size(), 500u);
  EXPECT_LT(lines.size(), 20'000u);
  EXPECT_NE(std::find_if(lines.begin(), lines.end(),
                         [](const std::string& line) { return line.ends_with("more lines are not shown"); }),
            lines.end());
}

TEST_P(IsolatedHostTest, ItReachesNothing) {
  auto plugins = open(options());
  Diagnostics fresh;
  const auto out = plugins.contribute("test.rough", {}, {host("looks")}, fresh);
  ASSERT_TRUE(out[0]);
  std::map<std::string, sdk::Value> seen;
  for (const auto& definition : out[0]->definitions) seen[definition.path.back()] = definition.value;
  const sdk::Value yes(true), no(false);
  for (const char* what : {"socket", "unix", "process", "environment"}) EXPECT_EQ(seen[what], no) << what;
  if (!GetParam()) return;
  for (const char* what : {"passwd", "home", "write"}) EXPECT_EQ(seen[what], no) << what;
  EXPECT_EQ(seen["tmp"], yes);
}

TEST_P(IsolatedHostTest, SettingsReachIt) {
  auto with = options();
  with.settings["test.service"] = sdk::Attrs{{"greeting", std::string(200'000, 'x')}};  // more than a pipe holds
  auto plugins = open(std::move(with));
  const auto out = plugins.contribute("test.service", {}, {host("web")}, diagnostics);
  ASSERT_TRUE(out[0]);
  EXPECT_EQ(out[0]->definitions[0].value, sdk::Value(std::string(200'000, 'x') + "web"));
}

TEST_P(IsolatedHostTest, ManySideBySide) {
  auto plugins = open(options());
  HostPlugins all{"web", "nixos", {}, {}};
  for (const char* id : {"test.service", "test.rough", "flaw.none", "test.raw"}) all.ids.emplace_back(id);
  EXPECT_EQ(plugins.select({all}, diagnostics)[0].size(), 4u);
  EXPECT_TRUE(diagnostics.sorted().empty());
}

TEST_P(IsolatedHostTest, SameFragmentsAsInProcess) {
  const std::vector<std::string> special = {"throws", "throws-int", "fails",   "outside", "sibling", "above",
                                            "user",   "bad-path",   "reports", "bad-ref", "web",     "db"};
  std::mt19937 random(42);
  const auto below = [&](std::size_t most) { return static_cast<std::size_t>(random() % most); };
  for (int round = 0; round < 6; ++round) {
    std::vector<HostView> hosts;
    const std::size_t count = 1 + below(150);
    for (std::size_t i = 0; i < count; ++i) {
      hosts.push_back(host(below(4) == 0 ? special[below(special.size())] : "h" + std::to_string(below(1000))));
      hosts.back().hostClass = below(2) == 0 ? "nixos" : "darwin";
      if (below(2) == 0) hosts.back().options = sdk::Attrs{{"number", static_cast<int>(below(100000))}};
      if (below(9) == 0) hosts.back().options = sdk::Attrs{{"number", "no number"}};
      for (std::size_t tag = below(3); tag > 0; --tag) hosts.back().tags.push_back("t" + std::to_string(tag));
    }
    FleetView fleet;
    for (const auto& one : hosts) fleet.machines[one.name] = {one.hostClass, "x86_64-linux", one.tags, {}};
    // Asks in an order and in batches of its own, and gives fragment and findings by host.
    const auto ask = [&](PluginsOptions how) {
      auto plugins = open(std::move(how));
      std::vector<std::size_t> order(hosts.size());
      for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
      std::shuffle(order.begin(), order.end(), random);
      std::vector<std::pair<std::optional<Fragment>, std::vector<std::string>>> out(hosts.size());
      for (std::size_t first = 0; first < order.size();) {
        const std::size_t size = std::min(order.size() - first, 1 + below(80));
        std::vector<HostView> batch;
        for (std::size_t i = 0; i < size; ++i) batch.push_back(hosts[order[first + i]]);
        Diagnostics fresh;
        auto fragments = plugins.contribute("test.service", fleet, batch, fresh);
        const auto all = fresh.sorted();
        for (std::size_t i = 0; i < size; ++i) {
          auto& [fragment, findings] = out[order[first + i]];
          fragment = std::move(fragments[i]);
          for (const auto& d : all)
            if (d.host == batch[i].name) findings.push_back(std::string(base::info(d.code).id) + d.message + d.option);
        }
        first += size;
      }
      return out;
    };
    PluginsOptions inside;
    const auto expected = ask(inside);
    const auto seen = ask(options());
    for (std::size_t i = 0; i < hosts.size(); ++i) {
      ASSERT_EQ(seen[i].first.has_value(), expected[i].first.has_value()) << hosts[i].name;
      if (!expected[i].first) {
        EXPECT_FALSE(seen[i].second.empty()) << hosts[i].name;
        continue;
      }
      EXPECT_EQ(seen[i].first->hash.hex(), expected[i].first->hash.hex()) << hosts[i].name;
      EXPECT_EQ(seen[i].first->definitions.size(), expected[i].first->definitions.size());
    }
    std::vector<const Fragment*> one, other;
    for (std::size_t i = 0; i < hosts.size(); ++i)
      if (expected[i].first) {
        one.push_back(&*expected[i].first);
        other.push_back(&*seen[i].first);
      }
    EXPECT_EQ(runHash(one), runHash(other));
  }
}

TEST(IsolatedHost, OneCrashIsForgiven) {
  test::TempDir dir;
  PluginsOptions with;
  with.isolation.who = Isolate::thirdParty;
  with.isolation.sandbox = false;
  with.isolation.program = PLUGIN_HOST;
  with.settings["test.rough"] = sdk::Attrs{{"mark", dir.at("mark")}};
  Diagnostics diagnostics;
  auto plugins = Plugins::open({{FIXTURES, Origin::environment}}, std::move(with), diagnostics);
  FleetView fleet;
  fleet.machines["crash-once"] = {"nixos", "x86_64-linux", {}, {}};
  const auto out = plugins.contribute("test.rough", fleet, {host("a"), host("crash-once")}, diagnostics);
  ASSERT_TRUE(out[0] && out[1]);
  // The new process knows the fleet, too.
  EXPECT_EQ(out[1]->definitions[0].value, sdk::Value("crash-once of 1"));
  const auto all = diagnostics.sorted();
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].code, Code::FL0327);
  EXPECT_EQ(all[0].severity, Severity::Warning);
  EXPECT_EQ(all[0].notes.front(), "it was started again and asked once more");
}

TEST(IsolatedHost, WithoutASandboxThereIsAWayOut) {
  PluginsOptions with;
  with.isolation.who = Isolate::thirdParty;
  with.isolation.program = "/nonexistent/host";
  Diagnostics diagnostics;
  auto plugins = Plugins::open({{FIXTURES, Origin::environment}}, std::move(with), diagnostics);
  ASSERT_FALSE(plugins.manifest("test.rough").ok());
}

// Hosts that are not ours: the kernel believes nothing.
TEST(IsolatedHost, RoguesCostOneDiagnosticEach) {
  const std::vector<std::tuple<std::string, Code, std::string>> rogues = {
      {"rogue.exit", Code::FL0327, "while it started: exit status 7"},
      {"rogue.silent", Code::FL0329, "did not start in time"},
      {"rogue.wrong-token", Code::FL0331, "without its token"},
      {"rogue.no-token", Code::FL0331, "without its token"},
      {"rogue.garbage-hello", Code::FL0331, "breaks the rules of the bus"},
      {"rogue.manifest", Code::FL0310, "manifest"},
      {"rogue.garbage", Code::FL0331, "breaks the rules of the bus"},
      {"rogue.garbage-body", Code::FL0331, "what is no answer"},
      {"rogue.too-many", Code::FL0331, "3 answers to"},
      {"rogue.bomb", Code::FL0331, "what is no answer"},
      {"rogue.unasked", Code::FL0331, "answers what nobody asked"},
      {"rogue.flood", Code::FL0330, "floods the bus"},
      {"rogue.requests", Code::FL0330, "floods the bus"},
      {"rogue.huge", Code::FL0336, "was cut"},  // libzmq closes such a connection
      {"rogue.leaves", Code::FL0336, "was cut"},
  };
  test::TempDir dir;
  for (const auto& [id, code, words] : rogues) ASSERT_TRUE(base::writeFileAtomic(dir.at(id + ".so"), "x").ok());
  for (const auto& [id, code, words] : rogues) {
    PluginsOptions with;
    with.isolation.who = Isolate::thirdParty;
    with.isolation.sandbox = false;
    with.isolation.program = rogueHost();
    with.startMs = id == "rogue.silent" ? 300 : 60'000;
    with.callMs = 60'000;
    Diagnostics diagnostics;
    {
      auto plugins = Plugins::open({{dir.path(), Origin::environment}}, std::move(with), diagnostics);
      EXPECT_FALSE(plugins.contribute(id, {}, {host("a"), host("b")}, diagnostics)[0]);
      EXPECT_FALSE(plugins.contribute(id, {}, {host("a"), host("b")}, diagnostics)[1]);
    }
    const auto all = diagnostics.sorted();
    ASSERT_EQ(all.size(), 1u) << id;
    EXPECT_EQ(all[0].code, code) << id << ": " << all[0].message;
    EXPECT_NE(all[0].message.find(words), std::string::npos) << id << ": " << all[0].message;
    EXPECT_NE(all[0].message.find(id), std::string::npos) << all[0].message;
    if (code != Code::FL0310) {
      EXPECT_NE(all[0].message.find("I am " + id), std::string::npos) << all[0].message;
    }
  }
}

// One that answered everything and then breaks the rules is ended before anybody asks it again, and said to be.
TEST(IsolatedHost, WhoMisbehavesUnaskedIsEndedAtOnce) {
  const std::vector<std::pair<std::string, Code>> rogues = {
      {"rogue.idle-flood", Code::FL0330}, {"rogue.idle-huge", Code::FL0336}, {"rogue.idle-exit", Code::FL0327}};
  test::TempDir dir;
  for (const auto& [id, code] : rogues) ASSERT_TRUE(base::writeFileAtomic(dir.at(id + ".so"), "x").ok());
  for (const auto& [id, code] : rogues) {
    PluginsOptions with;
    with.isolation.who = Isolate::thirdParty;
    with.isolation.sandbox = false;
    with.isolation.program = rogueHost();
    with.startMs = with.callMs = 60'000;
    Diagnostics diagnostics;
    auto plugins = Plugins::open({{dir.path(), Origin::environment}}, std::move(with), diagnostics);
    ASSERT_TRUE(plugins.rules(id).ok()) << id;
    std::vector<Diagnostic> all;
    for (int i = 0; i < 3000 && all.empty(); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
      plugins.tellEnds(diagnostics);
      all = diagnostics.sorted();
    }
    ASSERT_EQ(all.size(), 1u) << id;
    EXPECT_EQ(all[0].code, code) << id << ": " << all[0].message;
    EXPECT_EQ(all[0].severity, code == Code::FL0327 ? Severity::Warning : Severity::Error) << id;
    EXPECT_NE(all[0].message.find(id), std::string::npos) << all[0].message;
    plugins.tellEnds(diagnostics);
    EXPECT_EQ(diagnostics.sorted().size(), 1u) << "once is enough";
    // One that broke the rules is not asked again; one that only ended is started once more.
    EXPECT_EQ(plugins.rules(id).ok(), code == Code::FL0327) << id;
  }
}

}  // namespace
}  // namespace fleetd::plugin
