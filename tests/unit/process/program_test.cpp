// The search in PATH.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "kernel/process/spawn.hpp"
#include "tests/support/temp_dir.hpp"

namespace fleetd::process {
namespace {

TEST(Program, SearchesPathInOrder) {
  test::TempDir dir;
  for (const char* name : {"a", "b"}) ASSERT_TRUE(base::makeDirs(dir.at(name)));
  ASSERT_TRUE(base::writeFileAtomic(dir.at("a/tool"), "", 0644));  // not executable
  ASSERT_TRUE(base::writeFileAtomic(dir.at("b/tool"), "", 0755));
  ASSERT_TRUE(base::makeDirs(dir.at("a/dir")));  // a directory is no program
  const std::string path = dir.at("missing") + "::" + dir.at("a") + ":" + dir.at("b");
  EXPECT_EQ(findProgram("tool", path), dir.at("b/tool"));
  EXPECT_EQ(findProgram("dir", path), std::nullopt);
  EXPECT_EQ(findProgram("none", path), std::nullopt);
  EXPECT_EQ(findProgram("", path), std::nullopt);
}

TEST(Program, ANameWithASlashIsNotSearched) {
  test::TempDir dir;
  ASSERT_TRUE(base::writeFileAtomic(dir.at("tool"), "", 0755));
  EXPECT_EQ(findProgram(dir.at("tool")), dir.at("tool"));
  EXPECT_EQ(findProgram("./tool", dir.path()), std::nullopt);
  EXPECT_TRUE(findProgram("sh"));
}

}  // namespace
}  // namespace fleetd::process
