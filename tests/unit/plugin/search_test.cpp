#include "kernel/plugin/search.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kernel/base/file.hpp"
#include "tests/support/temp_dir.hpp"

namespace fleetd::plugin {
namespace {

void touch(const std::string& path) {
  ASSERT_TRUE(base::makeDirs(path.substr(0, path.rfind('/'))).ok());
  ASSERT_TRUE(base::writeFileAtomic(path, "x").ok());
}

std::vector<std::string> ids(const std::vector<PluginFile>& files) {
  std::vector<std::string> out;
  for (const auto& file : files) out.push_back(file.id);
  return out;
}

TEST(Search, DirectoriesComeInOrder) {
  const auto paths = searchPaths("/b:/a::relative:/b", "/opt/fleetd/bin/fleetd", "/home/me/fleet");
  ASSERT_EQ(paths.size(), 5u);
  EXPECT_EQ(paths[0].directory, "/b");
  EXPECT_EQ(paths[1].directory, "/a");
  EXPECT_EQ(paths[1].origin, Origin::environment);
  EXPECT_EQ(paths[2].directory, "/opt/fleetd/lib/fleetd/plugins");
  EXPECT_EQ(paths[2].origin, Origin::installed);
  EXPECT_EQ(paths[3].directory, "/opt/fleetd/bin/plugins");
  EXPECT_EQ(paths[3].origin, Origin::build);
  EXPECT_EQ(paths[4].directory, "/home/me/fleet/plugins");
  EXPECT_EQ(paths[4].origin, Origin::fleet);
}

TEST(Search, UnknownPlacesAreLeftOut) {
  EXPECT_TRUE(searchPaths("", "", "").empty());
  EXPECT_EQ(searchPaths("", "/fleetd", "").size(), 2u);
}

TEST(Search, FilesAreFoundById) {
  test::TempDir dir;
  for (const char* name :
       {"nixos.so", "org.example.hello.so", "README", "Upper.so", ".so", "x.so.1", "a.so.p/inner.so", "deeper/b.so"})
    touch(dir.at(name));
  Diagnostics diagnostics;
  const auto files =
      findPlugins({{dir.path(), Origin::installed}, {dir.at("missing"), Origin::installed}}, diagnostics);
  EXPECT_EQ(ids(files), (std::vector<std::string>{"nixos", "org.example.hello"}));
  EXPECT_TRUE(diagnostics.sorted().empty());
}

TEST(Search, ABuildTreeIsSearchedDeeper) {
  test::TempDir dir;
  for (const char* name : {"nixos/nixos.so", "services/sshd/sshd.so", "services/sshd/sshd.so.p/x.so", "a/b/c/deep.so"})
    touch(dir.at(name));
  Diagnostics diagnostics;
  EXPECT_EQ(ids(findPlugins({{dir.path(), Origin::build}}, diagnostics)), (std::vector<std::string>{"nixos", "sshd"}));
  EXPECT_TRUE(ids(findPlugins({{dir.path(), Origin::installed}}, diagnostics)).empty());
}

TEST(Search, TheFirstOfTwoIsUsedAndTheOtherReported) {
  test::TempDir dir;
  touch(dir.at("one/x.so"));
  touch(dir.at("two/x.so"));
  Diagnostics diagnostics;
  const auto files =
      findPlugins({{dir.at("two"), Origin::environment}, {dir.at("one"), Origin::installed}}, diagnostics);
  ASSERT_EQ(files.size(), 1u);
  EXPECT_EQ(files[0].path, dir.at("two/x.so"));
  const auto found = diagnostics.sorted();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].code, Code::FL0306);
  EXPECT_EQ(found[0].severity, Severity::Warning);
  EXPECT_NE(found[0].message.find(dir.at("one/x.so")), std::string::npos);
}

TEST(Search, TheSameFileTwiceIsNoFinding) {
  test::TempDir dir;
  touch(dir.at("one/x.so"));
  ASSERT_TRUE(base::makeDirs(dir.at("two")).ok());
  ASSERT_EQ(symlink(dir.at("one/x.so").c_str(), dir.at("two/x.so").c_str()), 0);
  Diagnostics diagnostics;
  EXPECT_EQ(findPlugins({{dir.at("one"), Origin::installed}, {dir.at("two"), Origin::installed}}, diagnostics).size(),
            1u);
  EXPECT_TRUE(diagnostics.sorted().empty());
}

TEST(Search, WhatIsNoFileIsRefused) {
  test::TempDir dir;
  ASSERT_EQ(mkfifo(dir.at("pipe.so").c_str(), 0600), 0);
  ASSERT_EQ(symlink("/nonexistent", dir.at("dangling.so").c_str()), 0);
  Diagnostics diagnostics;
  EXPECT_TRUE(findPlugins({{dir.path(), Origin::installed}}, diagnostics).empty());
  const auto found = diagnostics.sorted();
  ASSERT_EQ(found.size(), 2u);
  for (const auto& diagnostic : found) EXPECT_EQ(diagnostic.code, Code::FL0303);
}

TEST(Search, AFleetsCodeStaysAFleetsCode) {
  test::TempDir dir;
  touch(dir.at("fleet/plugins/x.so"));
  Diagnostics diagnostics;
  // Reached through another search path, and through a link.
  ASSERT_EQ(symlink(dir.at("fleet/plugins").c_str(), dir.at("link").c_str()), 0);
  for (const auto& way : {dir.at("fleet/plugins"), dir.at("link")}) {
    const auto files = findPlugins({{way, Origin::environment}, {dir.at("fleet/plugins"), Origin::fleet}}, diagnostics);
    ASSERT_EQ(files.size(), 1u);
    EXPECT_EQ(files[0].origin, Origin::fleet);
  }
}

}  // namespace
}  // namespace fleetd::plugin
