// Packages of closures, and what a change of systems needs.
#include "kernel/deploy/closure.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include "kernel/base/file.hpp"

namespace fleetd::deploy {
namespace {

std::string path(const std::string& name) { return "/nix/store/3s8lxwdz1b903ic89sdkhn4rni7icdsx-" + name; }

TEST(Closure, Names) {
  const auto of = [](const std::string& name) {
    const auto out = packageName(path(name));
    return out.name + "|" + out.version;
  };
  EXPECT_EQ(of("gcc-12.3.0-lib"), "gcc|12.3.0-lib");
  EXPECT_EQ(of("nixos-system-web-25.11"), "nixos-system-web|25.11");
  EXPECT_EQ(of("source"), "source|");
  EXPECT_EQ(of("unit-a.service"), "unit-a.service|");
  EXPECT_EQ(of("perl5.38-x-"), "perl5.38-x-|");
  EXPECT_EQ(packageName("").name, "");
}

TEST(Closure, BothShapesOfNix) {
  const auto list = parsePathInfo(R"([{"path":")" + path("a-1") + R"(","narSize":12},{"path":"/etc/passwd"},3])");
  ASSERT_TRUE(list);
  ASSERT_EQ(list->size(), 1u);
  EXPECT_EQ(list->front().size, 12);
  const auto set = parsePathInfo("{\"" + path("a-1") + R"(":{"narSize":13},"x":null})");
  ASSERT_TRUE(set);
  ASSERT_EQ(set->size(), 1u);
  EXPECT_EQ(set->front().size, 13);
  EXPECT_FALSE(parsePathInfo("3"));
  EXPECT_FALSE(parsePathInfo("[{"));
}

TEST(Closure, Changes) {
  const auto changes = packageChanges(
      {{path("a-1"), 100},
       {path("same-1"), 5},
       {path("old-2"), 7},
       {path("grows-1"), 0},
       {path("g-1"), 1},
       {path("g-2"), 1}},
      {{path("a-2"), 90}, {path("same-1"), 6}, {path("new"), 3}, {path("grows-1"), 8192}, {path("g-2"), 1}});
  ASSERT_EQ(changes.size(), 5u);
  EXPECT_EQ(changes[0].name, "a");
  EXPECT_EQ(changes[0].before, std::vector<std::string>{"1"});
  EXPECT_EQ(changes[0].bytes, -10);
  EXPECT_EQ(changes[1].name, "g");
  EXPECT_EQ(changes[1].before.size(), 2u);
  EXPECT_EQ(changes[2].name, "grows");
  EXPECT_EQ(changes[2].bytes, 8192);
  EXPECT_TRUE(changes[3].added);
  EXPECT_TRUE(changes[4].removed);
  EXPECT_EQ(changes[4].bytes, -7);
}

TEST(Closure, Needs) {
  const std::string root = *base::makeTempDir("closure");
  const auto put = [&](const std::string& file, const std::string& text) {
    ASSERT_TRUE(base::makeDirs(root + "/" + file.substr(0, file.rfind('/'))));
    ASSERT_TRUE(base::writeFileAtomic(root + "/" + file, text));
  };
  const auto link = [&](const std::string& file, const std::string& to) {
    ASSERT_TRUE(base::makeDirs(root + "/" + file.substr(0, file.rfind('/'))));
    ASSERT_EQ(::symlink((root + "/" + to).c_str(), (root + "/" + file).c_str()), 0);
  };
  for (const std::string file : {"s/k1", "s/k2", "s/i", "s/u1", "s/u2"}) put(file, file);
  link("a/kernel", "s/k1");
  link("b/kernel", "s/k2");
  link("a/initrd", "s/i");
  link("b/initrd", "s/i");
  link("a/etc/systemd/system/web.service", "s/u1");
  link("b/etc/systemd/system/web.service", "s/u2");
  link("a/etc/systemd/system/same.service", "s/u1");
  link("b/etc/systemd/system/same.service", "s/u1");
  link("a/etc/systemd/system/old.timer", "s/u1");
  link("b/etc/systemd/system/new.timer", "s/u1");
  const Needs needs = needsOf(root + "/a", root + "/b");
  using Names = std::vector<std::string>;
  EXPECT_EQ(needs.reboot, Names{"kernel"});
  EXPECT_EQ(needs.changed, Names{"web.service"});
  EXPECT_EQ(needs.added, Names{"new.timer"});
  EXPECT_EQ(needs.gone, Names{"old.timer"});
  EXPECT_TRUE(needsOf("/nowhere", "/nowhere").reboot.empty());
  ASSERT_TRUE(base::removeTree(root));
}

}  // namespace
}  // namespace fleetd::deploy
