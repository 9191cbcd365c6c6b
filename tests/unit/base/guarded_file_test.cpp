// What others can change is not loaded, whichever way leads there.
#include "kernel/base/guarded_file.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kernel/base/file.hpp"
#include "tests/support/temp_dir.hpp"

namespace fleetd::base {
namespace {

using test::TempDir;

class GuardedFileTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(makeDirs(dir.at("a/b")));
    ASSERT_TRUE(writeFileAtomic(dir.at("a/b/x.so"), "content", 0644));
    guard = FileGuard::current();
    guard.isPrivateGroup = [](unsigned) { return false; };
  }
  std::string file() const { return dir.at("a/b/x.so"); }
  void mode(const char* name, unsigned bits) { ASSERT_EQ(::chmod(dir.at(name).c_str(), bits), 0); }
  void expectRefused(const std::string& path, const std::string& says, const std::string& hint) {
    const auto opened = openGuarded(path, guard);
    ASSERT_FALSE(opened) << path;
    EXPECT_EQ(opened.error().code, Code::FL0333) << opened.error().message;
    EXPECT_NE(opened.error().message.find(says), std::string::npos) << opened.error().message;
    EXPECT_NE(opened.error().hint.find(hint), std::string::npos) << opened.error().hint;
  }

  TempDir dir;
  FileGuard guard;
};

TEST_F(GuardedFileTest, OpensWhatIsOurs) {
  const auto opened = openGuarded(file(), guard);
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ(*readDescriptor(opened->fd.get(), "it"), "content");
  EXPECT_EQ(opened->path, *realPath(file()));
  EXPECT_TRUE(openGuarded(dir.at("./a//b/../b/x.so"), guard));
}

TEST_F(GuardedFileTest, WhatOthersMayWriteIsRefused) {
  mode("a/b/x.so", 0666);
  expectRefused(file(), "x.so` may be written by anybody", "chmod go-w");
  mode("a/b/x.so", 0664);
  expectRefused(file(), "x.so` may be written by group", "chmod go-w");
  mode("a/b/x.so", 0644);
  mode("a", 0777);
  expectRefused(file(), "/a` may be written by anybody", "/a");
  mode("a", 0775);
  expectRefused(file(), "/a` may be written by group", "/a");
  // One command repairs all of it.
  mode("a/b", 0777);
  expectRefused(file(), "/a/b` may be written", dir.at("a") + " " + dir.at("a/b"));
}

TEST_F(GuardedFileTest, TheStickyBitKeepsOthersFromReplacing) {
  mode("a", 01777);
  EXPECT_TRUE(openGuarded(file(), guard));
  // On a file it means nothing.
  mode("a/b/x.so", 01666);
  EXPECT_FALSE(openGuarded(file(), guard));
}

TEST_F(GuardedFileTest, AGroupOfOneIsNobodyElse) {
  mode("a", 0775);
  struct stat status {};
  ASSERT_EQ(::stat(dir.at("a").c_str(), &status), 0);
  guard.isPrivateGroup = [group = status.st_gid](unsigned asked) { return asked == group; };
  EXPECT_TRUE(openGuarded(file(), guard));
  mode("a", 0777);
  EXPECT_FALSE(openGuarded(file(), guard));
}

TEST_F(GuardedFileTest, WhatBelongsToOthersIsRefused) {
  // Seen by somebody else: what this test made is neither theirs nor root's.
  if (::geteuid() != 0) {
    guard.user = 54321;
    return expectRefused(file(), "belongs to user", "copy it");
  }
  for (const char* name : {"a/b/x.so", "a/b", "a"}) {
    ASSERT_EQ(::chown(dir.at(name).c_str(), 54321, 54321), 0);
    expectRefused(file(), std::string(name) + "` belongs to user 54321", "copy it into a directory of your own");
    guard.user = 54321;
    EXPECT_TRUE(openGuarded(file(), guard)) << "theirs and root's are fine for them";
    guard.user = 0;
    ASSERT_EQ(::chown(dir.at(name).c_str(), 0, 0), 0);
  }
  EXPECT_TRUE(openGuarded(file(), guard));
}

TEST_F(GuardedFileTest, LinksAreJudgedOnBothEnds) {
  ASSERT_EQ(::symlink("a/b", dir.at("to").c_str()), 0);
  ASSERT_EQ(::symlink(file().c_str(), dir.at("x.so").c_str()), 0);
  ASSERT_EQ(::symlink("../x.so", dir.at("a/up.so").c_str()), 0);
  for (const char* way : {"to/x.so", "x.so", "a/up.so"}) {
    const auto opened = openGuarded(dir.at(way), guard);
    ASSERT_TRUE(opened) << way << opened.error().message;
    EXPECT_EQ(opened->path, *realPath(file())) << way;
  }
  // The directory behind the link, which the written path does not name.
  mode("a", 0777);
  expectRefused(dir.at("to/x.so"), "/a` may be written by anybody", "chmod");
  mode("a", 0755);
  if (::geteuid() != 0) return;
  // In a directory everybody may write, a link somebody else planted.
  mode("a", 01777);
  ASSERT_EQ(::symlink("b", dir.at("a/planted").c_str()), 0);
  ASSERT_EQ(::lchown(dir.at("a/planted").c_str(), 54321, 54321), 0);
  expectRefused(dir.at("a/planted/x.so"), "planted` belongs to user 54321", "copy it");
}

TEST_F(GuardedFileTest, WhatIsNoFileIsSaidSo) {
  ASSERT_EQ(::mkfifo(dir.at("pipe").c_str(), 0600), 0);
  ASSERT_EQ(::symlink("circle", dir.at("circle").c_str()), 0);
  std::string deep = dir.path();
  for (int i = 0; i < 400; ++i) deep += "/a";
  for (const auto& path : {dir.at("pipe"), dir.at("circle"), dir.at("none/x"), dir.at("a"), dir.at("a/b/x.so/y"),
                           std::string("/"), std::string("x.so"), std::string(), deep, std::string("/a\0b", 4)}) {
    const auto opened = openGuarded(path, guard);
    ASSERT_FALSE(opened) << path;
    EXPECT_EQ(opened.error().code, Code::FL0002) << path;
  }
}

TEST(FileGuard, KnowsWhoWeAre) {
  const auto guard = FileGuard::current();
  EXPECT_EQ(guard.user, ::geteuid());
  EXPECT_FALSE(guard.isPrivateGroup(54321));
  EXPECT_TRUE(::geteuid() != 0 || !guard.isPrivateGroup(0)) << "members of root's group may be anybody";
}

}  // namespace
}  // namespace fleetd::base
