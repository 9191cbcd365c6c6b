#include "kernel/cli/new_project.hpp"

#include <gtest/gtest.h>

#include <array>

#include "kernel/base/file.hpp"
#include "tests/support/temp_dir.hpp"

namespace fleetd::cli {
namespace {

TEST(NewProject, TakesAnEmptyDirectoryAndNoOther) {
  test::TempDir dir;
  const auto claim = [&](const std::string& path) {
    return claimDirectory(path, base::Code::FL0347, "a plugin", "elsewhere");
  };
  EXPECT_TRUE(claim(dir.at("a/b")).ok());
  EXPECT_TRUE(base::isDirectory(dir.at("a/b")));
  ASSERT_TRUE(base::makeDirs(dir.at("a/b/.git")).ok());
  EXPECT_TRUE(claim(dir.at("a/b")).ok());
  ASSERT_TRUE(base::writeFileAtomic(dir.at("a/b/x\x1b"), "").ok());
  const auto refused = claim(dir.at("a/b"));
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, base::Code::FL0347);
  EXPECT_EQ(refused.error().hint, "elsewhere");
  EXPECT_EQ(refused.error().message.find('\x1b'), std::string::npos);
  EXPECT_FALSE(claim(dir.at("a/b/x\x1b")).ok()) << "a file";
}

TEST(NewProject, FillsInEveryMarkOnce) {
  const std::array<std::pair<std::string_view, std::string>, 2> values{{{"@a@", "<@a@>"}, {"@b@", ""}}};
  EXPECT_EQ(filledIn("@a@ @b@@a@ @c@", values), "<@a@> <@a@> @c@");
  EXPECT_EQ(filledIn("", values), "");
}

}  // namespace
}  // namespace fleetd::cli
