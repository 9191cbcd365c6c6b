// Which values of a host changed, without looking at what they say.
#include "kernel/cli/secret_lines.hpp"

#include <gtest/gtest.h>

#include "kernel/base/file.hpp"
#include "tests/support/temp_dir.hpp"

namespace fleetd::cli {
namespace {

void put(const std::string& path, const std::string& text) {
  ASSERT_TRUE(base::makeDirs(path.substr(0, path.rfind('/'))));
  ASSERT_TRUE(base::writeFileAtomic(path, text));
}

TEST(SecretLines, TheHostsOwnAndThoseSharedWithIt) {
  const test::TempDir directory;
  const std::string root(directory.path());
  EXPECT_EQ(secretLines(root, "a"), "");
  put(root + "/vars/per-machine/a/token/x/secret", "1");
  put(root + "/vars/per-machine/b/token/x/secret", "1");
  put(root + "/vars/shared/ca/cert/value", "1");
  put(root + "/vars/shared/ca/key/secret", "1");
  put(root + "/vars/shared/ca/key/machines/b", "");
  const std::string before = secretLines(root, "a");
  EXPECT_EQ(before.find("vars/per-machine/a/token/x = \""), 0u);
  EXPECT_NE(before.find("vars/shared/ca/cert"), before.npos);
  EXPECT_EQ(before.find("ca/key"), before.npos);
  EXPECT_NE(secretLines(root, "b").find("ca/key"), before.npos);

  put(root + "/vars/per-machine/a/token/x/secret", "2");
  const std::string options = "networking.hostName = \"a\"\n";
  EXPECT_EQ(changedSecrets(options + before, options + secretLines(root, "a")),
            std::vector<std::string>{"vars/per-machine/a/token/x"});
  EXPECT_TRUE(changedSecrets(options, options + before).empty());
  auto changes = optionChanges(options + before, secretLines(root, "a"));
  EXPECT_EQ(takeSecretChanges(changes).size(), 1u);
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(changes.front().option, "networking.hostName");
}

}  // namespace
}  // namespace fleetd::cli
