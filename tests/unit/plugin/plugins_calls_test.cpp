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

TEST_F(SecretsBackend, OthersKeepNone) {
  EXPECT_EQ(plugins->resolve("test.service", {secret("web", "a")}).error().code, Code::FL0318);
  EXPECT_EQ(plugins->resolve("test.nobody", {}).error().code, Code::FL0301);
}

}  // namespace
}  // namespace fleetd::plugin
