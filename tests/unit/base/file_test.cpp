// Bounded reads and atomic writes.
#include "kernel/base/file.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/temp_dir.hpp"

namespace fleetd::base {
namespace {

using test::TempDir;

unsigned modeOf(const std::string& path) {
  struct stat st {};
  EXPECT_EQ(::lstat(path.c_str(), &st), 0);
  return st.st_mode & 07777;
}

TEST(File, WritesAndReadsBack) {
  TempDir dir;
  const std::string bytes("a\0b\n", 4);
  ASSERT_TRUE(writeFileAtomic(dir.at("f"), bytes, 0640));
  EXPECT_EQ(*readFile(dir.at("f")), bytes);
  EXPECT_EQ(modeOf(dir.at("f")), 0640u);
  EXPECT_EQ(listDir(dir.path())->size(), 1u) << "the temporary file is gone";
}

TEST(File, ReadIsBounded) {
  TempDir dir;
  ASSERT_TRUE(writeFileAtomic(dir.at("f"), "12345"));
  EXPECT_EQ(*readFile(dir.at("f"), 5), "12345");
  EXPECT_EQ(readFile(dir.at("f"), 4).error().code, Code::FL0004);
}

TEST(File, ReadsFilesWithoutASize) {
  // Files of /proc claim to be empty.
  if (fileType("/proc/self/status") == FileType::Missing) GTEST_SKIP() << "no /proc here";
  EXPECT_FALSE(readFile("/proc/self/status")->empty());
  EXPECT_EQ(readFile("/proc/self/status", 3).error().code, Code::FL0004);
}

TEST(File, RefusesWhatIsNoRegularFile) {
  TempDir dir;
  ASSERT_EQ(::mkfifo(dir.at("fifo").c_str(), 0600), 0);
  for (const std::string& path :
       {dir.path(), dir.at("fifo"), dir.at("missing"), std::string(), dir.at(std::string_view("a\0b", 3))})
    EXPECT_EQ(readFile(path).error().code, Code::FL0002) << path;
}

TEST(File, FailedWriteLeavesTheOldContent) {
  TempDir dir;
  ASSERT_TRUE(makeDirs(dir.at("d/inner")));
  EXPECT_EQ(writeFileAtomic(dir.at("d"), "x").error().code, Code::FL0003) << "a directory cannot be replaced";
  EXPECT_TRUE(isDirectory(dir.at("d/inner")));
  EXPECT_EQ(listDir(dir.path())->size(), 1u) << "no temporary file is left";
  EXPECT_EQ(writeFileAtomic(dir.at("no/such/dir"), "x").error().code, Code::FL0003);
}

TEST(File, WriteReplacesASymlinkAndNotItsTarget) {
  TempDir dir;
  ASSERT_TRUE(writeFileAtomic(dir.at("target"), "old"));
  ASSERT_EQ(::symlink("target", dir.at("link").c_str()), 0);
  ASSERT_TRUE(writeFileAtomic(dir.at("link"), "new"));
  EXPECT_EQ(*readFile(dir.at("target")), "old");
  EXPECT_EQ(fileType(dir.at("link")), FileType::Regular);
}

TEST(File, WriteIfChangedTellsWhetherItWrote) {
  TempDir dir;
  const std::string path = dir.at("f");
  EXPECT_TRUE(*writeIfChanged(path, "one"));
  struct stat before {};
  ASSERT_EQ(::stat(path.c_str(), &before), 0);
  EXPECT_FALSE(*writeIfChanged(path, "one"));
  struct stat after {};
  ASSERT_EQ(::stat(path.c_str(), &after), 0);
  EXPECT_EQ(before.st_ino, after.st_ino);
  EXPECT_TRUE(*writeIfChanged(path, "two"));
  EXPECT_TRUE(*writeIfChanged(path, "two", 0755)) << "another mode is a change";
  EXPECT_EQ(modeOf(path), 0755u);
}

TEST(File, RealPathAndReadLink) {
  TempDir dir;
  ASSERT_TRUE(makeDirs(dir.at("a/b")));
  ASSERT_EQ(::symlink("a", dir.at("l").c_str()), 0);
  EXPECT_EQ(*realPath(dir.at("l/b/../b")), *realPath(dir.at("a/b")));
  EXPECT_EQ(*readLink(dir.at("l")), "a");
  EXPECT_EQ(realPath(dir.at("none")).error().code, Code::FL0002);
  EXPECT_EQ(readLink(dir.at("a")).error().code, Code::FL0002);
  EXPECT_EQ(currentDir()->front(), '/');
}

TEST(File, TypesDoNotFollowSymlinks) {
  TempDir dir;
  ASSERT_EQ(::symlink("/", dir.at("l").c_str()), 0);
  EXPECT_EQ(fileType(dir.at("l")), FileType::Symlink);
  EXPECT_TRUE(isDirectory(dir.at("l")));
  EXPECT_FALSE(isRegularFile(dir.at("l")));
  EXPECT_EQ(fileType(dir.at("x")), FileType::Missing);
  EXPECT_EQ(fileType("/dev/null"), FileType::Other);
}

}  // namespace
}  // namespace fleetd::base
