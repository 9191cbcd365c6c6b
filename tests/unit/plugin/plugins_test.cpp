#include "kernel/plugin/plugins.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <mutex>

#include "kernel/base/file.hpp"
#include "tests/support/temp_dir.hpp"

namespace fleetd::plugin {
namespace {

std::vector<SearchPath> fixtures() { return {{FIXTURES, Origin::installed}}; }

class PluginsTest : public testing::Test {
 protected:
  Plugins& open(PluginsOptions options = {}, const std::vector<SearchPath>& paths = fixtures()) {
    plugins_.emplace(Plugins::open(paths, std::move(options), diagnostics));
    return *plugins_;
  }
  static HostView host(std::string name) {
    HostView out;
    out.name = std::move(name);
    out.hostClass = "nixos";
    return out;
  }
  // What one host of this name gets from a plugin; its only finding in `found` when it gets nothing.
  std::optional<Fragment> contribute(Plugins& plugins, const std::string& id, const std::string& name) {
    Diagnostics fresh;
    auto out = plugins.contribute(id, {}, {host(name)}, fresh);
    found = fresh.sorted();
    EXPECT_EQ(out.size(), 1u);
    return std::move(out.at(0));
  }
  void expectRefused(Plugins& plugins, const std::string& id, const std::string& name, Code code,
                     const std::string& says) {
    EXPECT_FALSE(contribute(plugins, id, name)) << name;
    ASSERT_EQ(found.size(), 1u) << name;
    EXPECT_EQ(found[0].code, code) << name << ": " << found[0].message;
    EXPECT_EQ(found[0].host, name);
    EXPECT_NE(found[0].message.find(says), std::string::npos) << name << ": " << found[0].message;
    EXPECT_NE(found[0].message.find(id), std::string::npos) << "a message must name the plugin: " << found[0].message;
  }

  Diagnostics diagnostics;
  std::vector<Diagnostic> found;

 private:
  std::optional<Plugins> plugins_;
};

TEST_F(PluginsTest, ListsFilesWithoutLoading) {
  auto& plugins = open();
  const auto& files = plugins.files();
  EXPECT_TRUE(
      std::is_sorted(files.begin(), files.end(), [](const PluginFile& a, const PluginFile& b) { return a.id < b.id; }));
  EXPECT_TRUE(
      std::any_of(files.begin(), files.end(), [](const PluginFile& file) { return file.id == "flaw.no-entry"; }));
}

TEST_F(PluginsTest, NothingSelectedStartsNothing) {
  const auto threads = base::listDir("/proc/self/task");
  auto& plugins = open();
  EXPECT_EQ(plugins.select({{"web", "nixos", {}, {}}}, diagnostics), std::vector<std::vector<std::string>>{{}});
  const auto after = base::listDir("/proc/self/task");
  if (threads && after) {
    EXPECT_EQ(after->size(), threads->size());
  }
}

TEST_F(PluginsTest, SelectsLoadsAndOrders) {
  auto& plugins = open();
  const auto sets = plugins.select({{"web", "nixos", {"test.service", "flaw.none", "test.service"}, {}},
                                    {"mac", "darwin", {"test.service"}, {}},
                                    {"bare", "nixos", {}, {}}},
                                   diagnostics);
  EXPECT_TRUE(diagnostics.sorted().empty());
  ASSERT_EQ(sets.size(), 3u);
  EXPECT_EQ(sets[0], (std::vector<std::string>{"flaw.none", "test.service"}));
  EXPECT_EQ(sets[1], std::vector<std::string>{"test.service"});
  EXPECT_TRUE(sets[2].empty());
  const auto manifest = plugins.manifest("test.service");
  ASSERT_TRUE(manifest.ok());
  EXPECT_EQ((*manifest)->version, "1.0.0");
}

TEST_F(PluginsTest, AnUnknownPluginIsReportedOnceWithSuggestions) {
  auto& plugins = open();
  const auto sets =
      plugins.select({{"web", "nixos", {"test.servise"}, {}}, {"db", "nixos", {"test.servise"}, {}}}, diagnostics);
  EXPECT_TRUE(sets[0].empty());
  const auto all = diagnostics.sorted();
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].code, Code::FL0301);
  EXPECT_EQ(all[0].host, "web");
  std::string text = all[0].message;
  for (const auto& note : all[0].notes) text += "\n" + note;
  for (const auto& fix : all[0].fixes) text += "\n" + fix.message;
  EXPECT_NE(text.find("test.service"), std::string::npos) << text;
  EXPECT_NE(text.find("2 hosts"), std::string::npos) << text;
}

TEST_F(PluginsTest, EveryFlawBecomesADiagnostic) {
  auto& plugins = open();
  const std::vector<std::pair<std::string, Code>> flaws = {
      {"flaw.other-major", Code::FL0302}, {"flaw.no-entry", Code::FL0302},     {"flaw.size-small", Code::FL0304},
      {"flaw.needs-major", Code::FL0304}, {"flaw.init-fails", Code::FL0308},   {"flaw.manifest-id", Code::FL0305},
      {"flaw.other-id", Code::FL0305},    {"flaw.create-fails", Code::FL0309}, {"flaw.plugin-init", Code::FL0308},
      {"flaw.activate", Code::FL0308},
  };
  HostPlugins web{"web", "nixos", {"test.service"}, {}};
  for (const auto& [id, code] : flaws) web.ids.push_back(id);
  const auto sets = plugins.select({web}, diagnostics);
  EXPECT_EQ(sets[0], std::vector<std::string>{"test.service"});  // the others do not stop it
  const auto all = diagnostics.sorted();
  EXPECT_EQ(all.size(), flaws.size());
  for (const auto& [id, code] : flaws) {
    const auto of = std::find_if(all.begin(), all.end(), [&, wanted = id](const Diagnostic& d) {
      return d.message.find(wanted) != std::string::npos;
    });
    ASSERT_NE(of, all.end()) << id;
    EXPECT_EQ(of->code, code) << of->message;
  }
  // Asked again, a failed one still says why.
  EXPECT_EQ(plugins.manifest("flaw.activate").error().code, Code::FL0308);
  EXPECT_NE(plugins.manifest("flaw.activate").error().message.find("no activation today [FLAW01]"), std::string::npos);
}

TEST_F(PluginsTest, CodeOfTheFleetNeedsTrust) {
  const std::vector<SearchPath> paths{{FIXTURES, Origin::fleet}};
  EXPECT_EQ(open({}, paths).manifest("test.service").error().code, Code::FL0307);
  PluginsOptions options;
  options.trusted = [](const PluginFile& file) -> Result<std::string> {
    if (file.id == "test.service") return file.path;
    return notTrusted(file);
  };
  auto& plugins = open(std::move(options), paths);
  EXPECT_TRUE(plugins.manifest("test.service").ok());
  EXPECT_EQ(plugins.manifest("test.raw").error().code, Code::FL0307);
}

TEST_F(PluginsTest, AClassThatAPluginDoesNotServeIsReported) {
  auto& plugins = open();
  const auto sets = plugins.select({{"phone", "home", {"test.service"}, {}}}, diagnostics);
  EXPECT_TRUE(sets[0].empty());
  ASSERT_EQ(diagnostics.sorted().size(), 1u);
  EXPECT_EQ(diagnostics.sorted()[0].code, Code::FL0321);
}

TEST_F(PluginsTest, ALinkReachesTheSecondPluginOfALibrary) {
  test::TempDir dir;
  ASSERT_EQ(symlink((std::string(FIXTURES) + "/test.service.so").c_str(), dir.at("test.second.so").c_str()), 0);
  auto& plugins = open({}, {{dir.path(), Origin::installed}, {FIXTURES, Origin::installed}});
  const auto second = plugins.manifest("test.second");
  ASSERT_TRUE(second.ok()) << second.error().message;
  EXPECT_EQ((*second)->role, Role::platform);
  EXPECT_TRUE(plugins.manifest("test.service").ok());  // the same library, loaded by two hosts
  const auto schema = plugins.schema("test.second");
  ASSERT_TRUE(schema.ok()) << schema.error().message;
  EXPECT_EQ((*schema)->options.at(0).path, (sdk::Path{"networking", "hostName"}));
}

TEST_F(PluginsTest, SchemaAndRules) {
  auto& plugins = open();
  const auto schema = plugins.schema("test.service");
  ASSERT_TRUE(schema.ok());
  ASSERT_EQ((*schema)->options.size(), 1u);
  EXPECT_EQ((*schema)->options[0].fallback, sdk::Value(3));
  EXPECT_EQ(*plugins.schema("test.service"), *schema);  // asked once
  const auto rules = plugins.rules("test.service");
  ASSERT_TRUE(rules.ok()) << rules.error().message;
  ASSERT_EQ(rules->definitions.size(), 1u);
  EXPECT_EQ(rules->definitions[0].condition->path, (sdk::Path{"test", "service", "enable"}));
  EXPECT_EQ(rules->host, "");
  // A plugin without these extensions has none, which is no error.
  EXPECT_TRUE((*plugins.schema("flaw.none"))->options.empty());
  EXPECT_TRUE(plugins.rules("flaw.none")->definitions.empty());
  // A broken schema is one.
  const auto broken = plugins.schema("test.raw");
  ASSERT_FALSE(broken.ok());
  EXPECT_EQ(broken.error().code, Code::FL0310);
  EXPECT_NE(broken.error().message.find("test.raw"), std::string::npos);
}

TEST_F(PluginsTest, ContributesToManyHostsInTheirOrder) {
  auto& plugins = open();
  std::vector<HostView> hosts;
  for (int i = 0; i < 500; ++i) {
    hosts.push_back(host("h" + std::to_string(i)));
    hosts.back().options = sdk::Attrs{{"number", i}};
  }
  const auto fragments = plugins.contribute("test.service", {}, hosts, diagnostics);
  EXPECT_TRUE(diagnostics.sorted().empty());
  ASSERT_EQ(fragments.size(), 500u);
  for (int i = 0; i < 500; ++i) {
    const auto& fragment = fragments[static_cast<std::size_t>(i)];
    ASSERT_TRUE(fragment);
    EXPECT_EQ(fragment->host, "h" + std::to_string(i));
    EXPECT_EQ(fragment->definitions[0].value, sdk::Value("host h" + std::to_string(i)));
    EXPECT_EQ(fragment->definitions[1].value, sdk::Value(i));
  }
}

TEST_F(PluginsTest, TheSameInputsGiveTheSameHashWhateverTheBatches) {
  std::vector<HostView> hosts;
  for (int i = 0; i < 200; ++i) hosts.push_back(host("h" + std::to_string(i)));
  const auto hashOf = [&](std::vector<std::vector<HostView>> batches) {
    auto& plugins = open();
    std::vector<Fragment> fragments;
    for (const auto& batch : batches)
      for (auto& fragment : plugins.contribute("test.service", {}, batch, diagnostics))
        fragments.push_back(*std::move(fragment));
    std::vector<const Fragment*> pointers;
    for (const auto& fragment : fragments) pointers.push_back(&fragment);
    return runHash(pointers);
  };
  auto reversed = hosts;
  std::reverse(reversed.begin(), reversed.end());
  const auto expected = hashOf({hosts});
  EXPECT_EQ(hashOf({reversed}), expected);
  EXPECT_EQ(hashOf({{hosts.begin() + 70, hosts.end()}, {hosts.begin(), hosts.begin() + 70}}), expected);
}

TEST_F(PluginsTest, WhatItDidIsRemembered) {
  auto& plugins = open();
  EXPECT_TRUE(plugins.touched().empty());
  ASSERT_TRUE(plugins.rules("test.service").ok());
  ASSERT_TRUE(contribute(plugins, "test.service", "web"));
  EXPECT_FALSE(contribute(plugins, "test.service", "outside"));
  const auto all = plugins.touched();
  ASSERT_EQ(all.size(), 1u);
  const Touched& touched = all.at("test.service");
  EXPECT_EQ(touched.version, "1.0.0");
  EXPECT_EQ(touched.hosts.names().at("nixos"), 2u);
  EXPECT_EQ(touched.calls.names().at("fleet.contribute/1"), 2u);
  EXPECT_EQ(touched.writes.names().at("test.out.host"), 1u);
  EXPECT_EQ(touched.reads.names().at("test.service.enable"), 1u);
  EXPECT_EQ(touched.reads.names().at("test.service.number"), 1u);
  ASSERT_EQ(touched.refused.names().size(), 1u);
  EXPECT_NE(touched.refused.names().begin()->first.find("FL0312"), std::string::npos);
}

TEST_F(PluginsTest, AReferenceOutsideTheManifestIsRefused) {
  auto& plugins = open();
  expectRefused(plugins, "test.service", "reads", Code::FL0334, "`networking.hostName`");
  expectRefused(plugins, "test.service", "asks", Code::FL0334, "`security.sudo.enable`");
}

TEST_F(PluginsTest, SettingsReachThePlugin) {
  PluginsOptions options;
  options.settings["test.service"] = sdk::Attrs{{"greeting", "dear "}};
  auto& plugins = open(std::move(options));
  EXPECT_EQ(contribute(plugins, "test.service", "web")->definitions[0].value, sdk::Value("dear web"));
}

TEST_F(PluginsTest, TheFleetIsToldBeforeItsHosts) {
  auto& plugins = open();
  FleetView fleet;
  fleet.machines["web"] = {"nixos", "x86_64-linux", {"all"}, {}};
  fleet.instances["lan"].roles["peer"].machines = {{"db", sdk::Attrs{{"id", 1}}}, {"web", sdk::Attrs{{"id", 2}}}};
  auto web = host("fleet");
  web.memberships.push_back({"lan", "peer", sdk::Attrs{{"id", 2}}});
  const auto fragments = plugins.contribute("test.service", fleet, {web}, diagnostics);
  ASSERT_TRUE(fragments[0]);
  ASSERT_EQ(fragments[0]->definitions.size(), 2u);
  EXPECT_EQ(fragments[0]->definitions[0].path, (sdk::Path{"test", "out", "db"}));
  EXPECT_EQ(fragments[0]->definitions[1].value, sdk::Value(sdk::Attrs{{"id", 2}}));
}

TEST_F(PluginsTest, ExceptionsStopAtTheBoundary) {
  auto& plugins = open();
  expectRefused(plugins, "test.service", "throws", Code::FL0309, "thrown on purpose");
  expectRefused(plugins, "test.service", "throws-int", Code::FL0309, "no std::exception");
  expectRefused(plugins, "test.service", "throws-memory", Code::FL0309, "out of memory");
  EXPECT_TRUE(contribute(plugins, "test.service", "web"));  // and it lives on
}

TEST_F(PluginsTest, AFailureKeepsThePluginsOwnWords) {
  auto& plugins = open();
  expectRefused(plugins, "test.service", "fails", Code::FL0308, "at `test.service.number`: the number is odd [SVC01]");
}

TEST_F(PluginsTest, OneBadHostDoesNotSpoilTheOthers) {
  auto& plugins = open();
  const auto fragments = plugins.contribute(
      "test.service", {}, {host("a"), host("throws"), host("b"), host("outside"), host("c")}, diagnostics);
  ASSERT_EQ(fragments.size(), 5u);
  EXPECT_TRUE(fragments[0] && fragments[2] && fragments[4]);
  EXPECT_FALSE(fragments[1] || fragments[3]);
  EXPECT_EQ(diagnostics.sorted().size(), 2u);
}

TEST_F(PluginsTest, WritesStayInsideTheManifest) {
  auto& plugins = open();
  expectRefused(plugins, "test.service", "outside", Code::FL0312, "`security.sudo`");
  expectRefused(plugins, "test.service", "sibling", Code::FL0312, "`test.output`");
  expectRefused(plugins, "test.service", "above", Code::FL0312, "`test`");
  expectRefused(plugins, "test.raw", "raw-outside", Code::FL0312, "`security`");
  EXPECT_TRUE(contribute(plugins, "test.service", "user"));  // users.*.shell, with a dot in the name
}

TEST_F(PluginsTest, MistakesOfTheAuthorAreExplained) {
  auto& plugins = open();
  expectRefused(plugins, "test.service", "bad-path", Code::FL0310, "a path has an empty name");
  expectRefused(plugins, "test.service", "bad-ref", Code::FL0310, "an option path has an empty name");
}

TEST_F(PluginsTest, MalformedAnswersAreRefused) {
  auto& plugins = open();
  for (const char* name : {"raw-garbage", "raw-trailing", "raw-unknown-field", "raw-unknown-ext"})
    expectRefused(plugins, "test.raw", name, Code::FL0310, "");
  for (const char* name : {"raw-empty", "raw-truncated", "raw-bomb", "raw-deep"})
    expectRefused(plugins, "test.raw", name, Code::FL0311, "");
  expectRefused(plugins, "test.raw", "raw-huge", Code::FL0311, "larger than 16777216 bytes");
  expectRefused(plugins, "test.raw", "raw-huge-ignored", Code::FL0311, "larger than 16777216 bytes");
  expectRefused(plugins, "test.raw", "raw-null", Code::FL0309, "invalid argument");
  expectRefused(plugins, "test.raw", "raw-positive", Code::FL0309, "unknown failure");
  expectRefused(plugins, "test.raw", "raw-unterminated", Code::FL0308, "\uFFFD\uFFFD");
  EXPECT_TRUE(contribute(plugins, "test.raw", "raw-fine"));
}

TEST_F(PluginsTest, FindingsCarryHostAndOption) {
  auto& plugins = open();
  EXPECT_TRUE(contribute(plugins, "test.service", "reports"));
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].code, Code::FL0317);
  EXPECT_EQ(found[0].severity, Severity::Warning);
  EXPECT_EQ(found[0].message, "plugin `test.service`: looks odd [SVC02]");
  EXPECT_EQ(found[0].option, "test.out");
  EXPECT_EQ(found[0].host, "reports");
  EXPECT_EQ(found[0].notes, std::vector<std::string>{"look again"});
}

TEST_F(PluginsTest, ChecksComposedHosts) {
  auto& plugins = open();
  ComposedView good, bad;
  good.name = "good";
  bad.name = "bad";
  bad.definitions.push_back({{"test", "bad"}, 1, 100, 1000, {}, "org.example.other"});
  EXPECT_TRUE(plugins.check("test.service", {packed(good), packed(bad)}, diagnostics));
  const auto all = diagnostics.sorted();
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].host, "bad");
  EXPECT_NE(all[0].message.find("from org.example.other"), std::string::npos);
  EXPECT_TRUE(plugins.check("flaw.none", {packed(good)}, diagnostics));  // has no check
  ComposedView fails;
  fails.name = "check-fails";
  EXPECT_FALSE(plugins.check("test.service", {packed(fails)}, diagnostics));
}

TEST_F(PluginsTest, FindingsAreBounded) {
  auto& plugins = open();
  ComposedView many;
  many.name = "check-many";
  EXPECT_TRUE(plugins.check("test.service", {packed(many)}, diagnostics));
  EXPECT_EQ(diagnostics.sorted().size(), 10'001u);
}

TEST_F(PluginsTest, RendersFiles) {
  test::TempDir dir;
  ASSERT_EQ(symlink((std::string(FIXTURES) + "/test.service.so").c_str(), dir.at("test.second.so").c_str()), 0);
  auto& plugins = open({}, {{dir.path(), Origin::installed}, {FIXTURES, Origin::installed}});
  ComposedView web, none;
  web.name = "web";
  none.name = "none";
  const auto files = plugins.render("test.second", {web, none}, diagnostics);
  ASSERT_TRUE(files[0] && files[1]);
  ASSERT_EQ(files[0]->size(), 2u);
  EXPECT_EQ((*files[0])[0].path, "bin/run");
  EXPECT_EQ((*files[0])[0].mode, 0755u);
  EXPECT_EQ((*files[0])[1].path, "hosts/web.nix");
  EXPECT_TRUE(files[1]->empty());
  EXPECT_TRUE(diagnostics.sorted().empty());
}

TEST_F(PluginsTest, RenderedFilesStayInsideTheirDirectory) {
  auto& plugins = open();
  ComposedView fine, absolute, parent;
  fine.name = "file-fine";
  absolute.name = "file-absolute";
  parent.name = "file-parent";
  const auto files = plugins.render("test.raw", {fine, absolute, parent}, diagnostics);
  EXPECT_TRUE(files[0]);
  EXPECT_FALSE(files[1] || files[2]);
  for (const auto& diagnostic : diagnostics.sorted()) EXPECT_EQ(diagnostic.code, Code::FL0319) << diagnostic.message;
}

TEST_F(PluginsTest, OnlyPlatformsRender) {
  auto& plugins = open();
  ComposedView web;
  web.name = "web";
  EXPECT_FALSE(plugins.render("test.service", {web}, diagnostics)[0]);
  ASSERT_EQ(diagnostics.sorted().size(), 1u);
  EXPECT_EQ(diagnostics.sorted()[0].code, Code::FL0318);
}

TEST_F(PluginsTest, ACallThatTakesTooLongIsGivenUpAndThePluginLearnsOfIt) {
  PluginsOptions options;
  options.callMs = 20;
  auto& plugins = open(std::move(options));
  ASSERT_TRUE(plugins.manifest("test.service").ok());
  EXPECT_FALSE(contribute(plugins, "test.service", "waits"));  // waits until it is told to stop
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].code, Code::FL0314) << found[0].message;
}

TEST_F(PluginsTest, WhatOthersCanChangeIsNotLoaded) {
  test::TempDir dir;
  const std::string library = *base::readFile(std::string(FIXTURES) + "/test.service.so");
  ASSERT_TRUE(base::makeDirs(dir.at("shared")).ok());
  for (const auto& [mode, origin] : {std::pair{mode_t{0777}, Origin::environment},
                                     {mode_t{0775}, Origin::installed},
                                     {mode_t{0777}, Origin::build}}) {
    ASSERT_TRUE(base::writeFileAtomic(dir.at("shared/test.service.so"), library, 0755).ok());
    ASSERT_EQ(chmod(dir.at("shared").c_str(), mode), 0);
    auto& plugins = open({}, {{dir.at("shared"), origin}});
    ASSERT_EQ(plugins.files().size(), 1u);
    const auto manifest = plugins.manifest("test.service");
    ASSERT_FALSE(manifest) << originName(origin);
    EXPECT_EQ(manifest.error().code, Code::FL0333) << manifest.error().message;
    EXPECT_NE(manifest.error().hint.find("chmod go-w"), std::string::npos);
  }
  // The copy of trusted code is held to the same.
  PluginsOptions options;
  options.trusted = [&](const PluginFile&) -> Result<std::string> { return dir.at("shared/test.service.so"); };
  EXPECT_EQ(open(std::move(options), {{dir.at("shared"), Origin::fleet}}).manifest("test.service").error().code,
            Code::FL0333);
  ASSERT_EQ(chmod(dir.at("shared").c_str(), 0755), 0);
  EXPECT_TRUE(open({}, {{dir.at("shared"), Origin::environment}}).manifest("test.service").ok());
}

TEST_F(PluginsTest, APluginThatHangsIsLeftBehind) {
  std::mutex mutex;
  std::vector<std::string> lines;
  {
    PluginsOptions options;
    options.callMs = 20;
    options.stopMs = 20;
    options.log = [&](const std::string& plugin, int, const std::string& text) {
      const std::lock_guard lock(mutex);
      lines.push_back(plugin + " " + text);
    };
    auto plugins = Plugins::open(fixtures(), std::move(options), diagnostics);
    EXPECT_FALSE(plugins.contribute("test.hang", {}, {host("web")}, diagnostics)[0]);
  }
  EXPECT_EQ(diagnostics.sorted().at(0).code, Code::FL0314);
  EXPECT_EQ(lines, std::vector<std::string>{"test.hang does not end and is left behind"});
}

TEST_F(PluginsTest, LogLinesArrive) {
  std::mutex mutex;
  std::vector<std::string> lines;
  PluginsOptions options;
  options.log = [&](const std::string& plugin, int level, const std::string& text) {
    const std::lock_guard lock(mutex);
    lines.push_back(plugin + " " + std::to_string(level) + " " + text);
  };
  {
    auto plugins = Plugins::open(fixtures(), std::move(options), diagnostics);
    ASSERT_TRUE(plugins.manifest("test.service").ok());
  }
  EXPECT_EQ(lines, std::vector<std::string>{"test.service 1 active with a newline"});
}

TEST_F(PluginsTest, CanBeMoved) {
  auto first = Plugins::open(fixtures(), {}, diagnostics);
  ASSERT_TRUE(first.manifest("test.service").ok());
  auto second = std::move(first);
  EXPECT_TRUE(second.rules("test.service").ok());
}

}  // namespace
}  // namespace fleetd::plugin
