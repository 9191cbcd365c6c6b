#include "kernel/base/tree_watch.hpp"

#include <unistd.h>

#include <fstream>
#include <thread>

#include <gtest/gtest.h>

#include "kernel/base/file.hpp"

namespace fleetd::base {
namespace {

class TreeWatchTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto made = makeTempDir("tree-watch");
    ASSERT_TRUE(made);
    root_ = *made;
    ASSERT_TRUE(makeDirs(at("a/b")) && makeDirs(at(".git")));
    write("a/one", "1");
  }
  void TearDown() override { static_cast<void>(removeTree(root_)); }

  std::string at(const std::string& path) const { return root_ + "/" + path; }
  void write(const std::string& path, std::string_view text) { ASSERT_TRUE(writeFileAtomic(at(path), text)); }

  // What changed, relative to the root; stops at the first question.
  std::vector<std::string> changes(TreeWatch& watch) {
    auto found = watch.next([] { return false; });
    EXPECT_TRUE(found);
    std::vector<std::string> out;
    for (const std::string& path : found ? *found : std::vector<std::string>())
      out.push_back(path.substr(root_.size() + 1));
    return out;
  }

  std::string root_;
};

using Paths = std::vector<std::string>;

TEST_F(TreeWatchTest, TellsWhatChangedBetweenTwoCalls) {
  auto watch = TreeWatch::open({root_});
  ASSERT_TRUE(watch);
  write("a/one", "2");
  write("a/b/new", "");
  EXPECT_EQ(changes(*watch), (Paths{"a/b/new", "a/one"}));
  ASSERT_TRUE(removeTree(at("a/b")));
  EXPECT_EQ(changes(*watch), (Paths{"a/b", "a/b/new"}));
  ASSERT_TRUE(makeDirs(at("c/d")));
  write("c/d/deep", "");
  EXPECT_EQ(changes(*watch), (Paths{"c", "c/d", "c/d/deep"}));
}

TEST_F(TreeWatchTest, NothingChangedUntilAskedToStop) {
  auto watch = TreeWatch::open({root_});
  ASSERT_TRUE(watch);
  EXPECT_EQ(changes(*watch), Paths{});
  write(".git/index", "x");
  ASSERT_EQ(::symlink("/nowhere", at("result-doc").c_str()), 0);
  EXPECT_EQ(changes(*watch), Paths{});
}

TEST_F(TreeWatchTest, WakesUpForAFileInADirectoryThatIsNew) {
  auto watch = TreeWatch::open({root_});
  ASSERT_TRUE(watch);
  ASSERT_TRUE(makeDirs(at("new")));
  EXPECT_EQ(changes(*watch), Paths{"new"});
  std::thread writer([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    std::ofstream(at("new/file"));  // one step, unlike a file that is written beside it and renamed
  });
  int asked = 0;
  auto found = watch->next([&] { return ++asked < 30; });
  writer.join();
  ASSERT_TRUE(found);
  EXPECT_EQ(*found, Paths{at("new/file")});
}

TEST_F(TreeWatchTest, ARootThatIsNotThere) {
  const auto watch = TreeWatch::open({at("missing")});
  ASSERT_FALSE(watch);
  EXPECT_EQ(watch.error().code, Code::FL0002);
}

}  // namespace
}  // namespace fleetd::base
