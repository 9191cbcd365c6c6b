// Making, listing and removing directories.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kernel/base/file.hpp"
#include "tests/support/temp_dir.hpp"

namespace fleetd::base {
namespace {

using test::TempDir;

TEST(Directory, ListsSortedByBytesWithTypes) {
  TempDir dir;
  ASSERT_TRUE(makeDirs(dir.at("b")));
  for (const char* name : {"a", "B", "ä", "_", "c"}) ASSERT_TRUE(writeFileAtomic(dir.at(name), ""));
  ASSERT_EQ(::symlink("nowhere", dir.at("l").c_str()), 0);
  ASSERT_EQ(::mkfifo(dir.at("f").c_str(), 0600), 0);
  const auto entries = listDir(dir.path());
  ASSERT_TRUE(entries);
  std::string names;
  for (const DirEntry& entry : *entries) names += entry.name + " ";
  EXPECT_EQ(names, "B _ a b c f l ä ");
  EXPECT_EQ((*entries)[3].type, FileType::Directory);
  EXPECT_EQ((*entries)[4].type, FileType::Regular);
  EXPECT_EQ((*entries)[5].type, FileType::Other);
  EXPECT_EQ((*entries)[6].type, FileType::Symlink);
  EXPECT_EQ(listDir(dir.at("a")).error().code, Code::FL0002);
  EXPECT_EQ(listDir(dir.at("none")).error().code, Code::FL0002);
}

TEST(Directory, MakeDirsIsFineWithWhatExists) {
  TempDir dir;
  ASSERT_TRUE(makeDirs(dir.at("x/y/z")));
  ASSERT_TRUE(makeDirs(dir.at("x/y/z/")));
  EXPECT_TRUE(isDirectory(dir.at("x/y/z")));
  ASSERT_TRUE(writeFileAtomic(dir.at("file"), ""));
  EXPECT_EQ(makeDirs(dir.at("file/below")).error().code, Code::FL0003);
  EXPECT_EQ(makeDirs("").error().code, Code::FL0003);
}

TEST(Directory, RemoveTreeDoesNotFollowSymlinks) {
  TempDir dir;
  ASSERT_TRUE(makeDirs(dir.at("outside")));
  ASSERT_TRUE(writeFileAtomic(dir.at("outside/kept"), "x"));
  ASSERT_TRUE(makeDirs(dir.at("tree/deep/er")));
  ASSERT_EQ(::symlink("../outside", dir.at("tree/link").c_str()), 0);
  ASSERT_EQ(::symlink("outside", dir.at("top").c_str()), 0);
  ASSERT_TRUE(removeTree(dir.at("tree/")));
  ASSERT_TRUE(removeTree(dir.at("top")));
  EXPECT_EQ(fileType(dir.at("tree")), FileType::Missing);
  EXPECT_EQ(fileType(dir.at("top")), FileType::Missing);
  EXPECT_TRUE(isRegularFile(dir.at("outside/kept")));
}

TEST(Directory, WhyADirectoryCannotBeMadeIsTold) {
  TempDir dir;
  const std::string closed = dir.at("closed");
  ASSERT_TRUE(makeDirs(closed));
  ASSERT_EQ(::chmod(dir.at(".").c_str(), 0755), 0);
  ASSERT_EQ(::chmod(closed.c_str(), 0555), 0);
  const auto tries = [&] {
    if (::geteuid() == 0 && ::seteuid(65534) != 0) ::_exit(2);
    const auto made = makeDirs(closed + "/below");
    ::_exit(!made && made.error().message.ends_with("/below: Permission denied") ? 0 : 1);
  };
  EXPECT_EXIT(tries(), testing::ExitedWithCode(0), "");
}

TEST(Directory, RemoveTreeTakesReadOnlyDirectories) {
  TempDir dir;
  ASSERT_TRUE(makeDirs(dir.at("ro/inner")));
  ASSERT_TRUE(writeFileAtomic(dir.at("ro/inner/f"), "", 0444));
  ASSERT_EQ(::chmod(dir.at("ro/inner").c_str(), 0), 0);
  ASSERT_EQ(::chmod(dir.at("ro").c_str(), 0555), 0);
  ASSERT_TRUE(removeTree(dir.at("ro")));
  EXPECT_EQ(fileType(dir.at("ro")), FileType::Missing);
}

TEST(Directory, RemoveTreeRefusesDangerousNames) {
  for (const char* path : {"", "/", "//", ".", "..", "/.", "a/..", "./"})
    EXPECT_EQ(removeTree(path).error().code, Code::FL0003) << path;
  EXPECT_TRUE(removeTree("/nonexistent-for-fleetd-tests")) << "what does not exist is gone already";
}

TEST(Directory, RemoveTreeRefusesTreesWithoutABottom) {
  TempDir dir;
  std::string deep = dir.at("d");
  for (int i = 0; i < 300; ++i) deep += "/d";
  ASSERT_TRUE(makeDirs(deep));
  EXPECT_EQ(removeTree(dir.at("d")).error().code, Code::FL0004);
  // In two steps, so that the directory of this test can go.
  ASSERT_TRUE(removeTree(deep.substr(0, dir.at("d").size() + 200)));
}

}  // namespace
}  // namespace fleetd::base
