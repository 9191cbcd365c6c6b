// Asking a secrets backend: the example of the SDK, from the request to the sealed bytes.
#include <gtest/gtest.h>

#include "kernel/base/file.hpp"
#include "kernel/plugin/plugins.hpp"
#include "tests/support/temp_dir.hpp"

namespace fleetd::plugin {
namespace {

constexpr const char* kBackend = "org.example.sealed-files";

sdk::Secret secret(std::string machine, std::string file) {
  sdk::Secret out;
  out.machine = std::move(machine);
  out.generator = "gen";
  out.file = std::move(file);
  return out;
}

class SecretsBackend : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(base::makeDirs(dir.at("web/gen")).ok());
    ASSERT_TRUE(base::writeFileAtomic(dir.at("web/gen/a"), std::string("sealed\0a", 8)).ok());
    ASSERT_TRUE(base::writeFileAtomic(dir.at("web/gen/b"), "sealed b").ok());
    PluginsOptions options;
    options.settings[kBackend] = sdk::Attrs{{"directory", dir.path()}};
    plugins.emplace(Plugins::open({{EXAMPLES "/sealed_files", Origin::environment}, {FIXTURES, Origin::installed}},
                                  std::move(options), found));
  }

  test::TempDir dir;
  Diagnostics found;
  std::optional<Plugins> plugins;
};

TEST_F(SecretsBackend, AnswersInTheOrderOfTheReferences) {
  const auto sealed = plugins->resolve(kBackend, {secret("web", "b"), secret("web", "a"), secret("web", "b")});
  ASSERT_TRUE(sealed) << sealed.error().message;
  EXPECT_EQ(*sealed, (std::vector<std::string>{"sealed b", std::string("sealed\0a", 8), "sealed b"}));
  const auto touched = plugins->touched();
  EXPECT_EQ(touched.at(kBackend).secrets.names().at("web:gen/b"), 2u);
  EXPECT_TRUE(plugins->resolve(kBackend, {})->empty());
}

TEST_F(SecretsBackend, SaysWhatItDoesNotKeep) {
  const auto sealed = plugins->resolve(kBackend, {secret("web", "a"), secret("web", "none")});
  ASSERT_FALSE(sealed);
  EXPECT_EQ(sealed.error().code, Code::FL0308);
  EXPECT_NE(sealed.error().message.find(kBackend), std::string::npos) << sealed.error().message;
  EXPECT_FALSE(plugins->resolve(kBackend, {secret("..", "a")}));
}

// A plugin of a network, in this process and in one of its own.
TEST(Facts, AreToldForMachinesOfTheFleetOnly) {
  for (const bool isolated : {false, true}) {
    PluginsOptions options;
    options.isolation.who = isolated ? Isolate::all : Isolate::none;
    options.isolation.sandbox = false;
    options.isolation.program = PLUGIN_HOST;
    Diagnostics found;
    auto plugins = Plugins::open({{FIXTURES, Origin::environment}}, std::move(options), found);
    FleetView fleet;
    fleet.machines["barn"] = {"nixos", "x86_64-linux", {}, {}};
    fleet.machines["silo"] = {"darwin", "aarch64-darwin", {}, {}};
    const auto facts = plugins.facts("test.net", fleet);
    ASSERT_TRUE(facts.ok()) << facts.error().message;
    ASSERT_EQ(facts->size(), 2u);
    EXPECT_EQ(facts->at("barn"), sdk::Value(sdk::Attrs{{"address", "fd00::1"}, {"class", "nixos"}}));
    EXPECT_EQ(facts->at("silo"), sdk::Value(sdk::Attrs{{"address", "fd00::2"}, {"class", "darwin"}}));
    fleet.name = "stranger";
    EXPECT_EQ(plugins.facts("test.net", fleet).error().code, Code::FL0893);
    EXPECT_NE(plugins.facts("test.net", fleet).error().message.find("`nobody`"), std::string::npos);
    EXPECT_EQ(plugins.touched().at("test.net").refused.names().size(), 1u);
    fleet.name = "fails";
    EXPECT_EQ(plugins.facts("test.net", fleet).error().code, Code::FL0308);
    EXPECT_TRUE(plugins.facts("test.service", fleet)->empty()) << "it has nothing to tell";
  }
}

TEST_F(SecretsBackend, OthersKeepNone) {
  EXPECT_EQ(plugins->resolve("test.service", {secret("web", "a")}).error().code, Code::FL0318);
  EXPECT_EQ(plugins->resolve("test.nobody", {}).error().code, Code::FL0301);
}

}  // namespace
}  // namespace fleetd::plugin
