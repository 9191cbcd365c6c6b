#include "kernel/process/sandbox.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "kernel/process/spawn.hpp"

namespace fleetd::process {
namespace {

using Words = std::vector<std::string>;

TEST(Sandbox, ClosesEverythingAndOpensWhatIsListed) {
  const auto words = bubblewrapArguments(
      "/bin/bwrap",
      {{"/usr/lib", "/nix/store", "/usr/lib"}, {"/run/x"}, {"/bin/host", "--", "a b"}, {{"LC_ALL", "C"}}});
  ASSERT_TRUE(words.ok());
  EXPECT_EQ(*words, (Words{"/bin/bwrap",
                           "--unshare-all",
                           "--die-with-parent",
                           "--new-session",
                           "--clearenv",
                           "--cap-drop",
                           "ALL",
                           "--proc",
                           "/proc",
                           "--dev",
                           "/dev",
                           "--size",
                           "67108864",
                           "--tmpfs",
                           "/tmp",
                           "--chdir",
                           "/tmp",
                           "--setenv",
                           "LC_ALL",
                           "C",
                           "--ro-bind",
                           "/nix/store",
                           "/nix/store",
                           "--ro-bind",
                           "/usr/lib",
                           "/usr/lib",
                           "--bind",
                           "/run/x",
                           "/run/x",
                           "--remount-ro",
                           "/dev",
                           "--remount-ro",
                           "/",
                           "--",
                           "/bin/host",
                           "--",
                           "a b"}));
}

TEST(Sandbox, RefusesPathsThatOpenMore) {
  for (const std::string path : {"", "/", "relative", "/a/../b", "--bind"}) {
    EXPECT_FALSE(bubblewrapArguments("/bin/bwrap", {{path}, {}, {"/bin/true"}, {}}).ok()) << path;
    EXPECT_FALSE(bubblewrapArguments("/bin/bwrap", {{}, {path}, {"/bin/true"}, {}}).ok()) << path;
    EXPECT_FALSE(bubblewrapArguments("/bin/bwrap", {{}, {}, {path}, {}}).ok()) << path;
  }
  EXPECT_FALSE(bubblewrapArguments("/bin/bwrap", {{std::string("/a\0b", 4)}, {}, {"/bin/true"}, {}}).ok());
  EXPECT_FALSE(bubblewrapArguments("/bin/bwrap", {}).ok());
}

TEST(Sandbox, AProfileForbidsAllButWhatIsListed) {
  const auto profile = seatbeltProfile({{"/nix/store", "/tmp/a \"b\\"}, {"/run/x"}, {"/bin/host"}, {}});
  ASSERT_TRUE(profile.ok());
  EXPECT_EQ(profile->find("(version 1)\n(deny default)\n"), 0u);
  for (const char* line : {"(allow process-exec (literal \"/bin/host\"))\n",
                           "(allow file-read* file-map-executable (subpath \"/nix/store\"))\n",
                           "(allow file-read* file-map-executable (subpath \"/tmp/a \\\"b\\\\\"))\n",
                           "(allow network-outbound (remote unix-socket (subpath \"/nix/store\")))\n",
                           "(allow file-read* file-write* (subpath \"/run/x\"))\n"})
    EXPECT_NE(profile->find(line), std::string::npos) << line << *profile;
  for (const char* word : {"process-fork", "network*", "(allow default)", "/Users", "home"})
    EXPECT_EQ(profile->find(word), std::string::npos) << word;
  EXPECT_EQ(std::count(profile->begin(), profile->end(), '('), std::count(profile->begin(), profile->end(), ')'));
  EXPECT_FALSE(seatbeltProfile({{"relative"}, {}, {"/bin/host"}, {}}).ok());
  EXPECT_FALSE(seatbeltProfile({}).ok());
}

TEST(Sandbox, HidesFilesAndTheNetwork) {
  const auto words = sandboxCommand({systemLibraries(), {}, {"/bin/sh", "-c", ""}, {}});
  if (!words) GTEST_SKIP() << words.error().message;
  SandboxPlan plan{systemLibraries(), {}, {"/usr/bin/env"}, {{"LC_ALL", "C"}}};
  plan.readable.emplace_back("/usr/bin");
  Command command;
  const auto run = [&](std::vector<std::string> inside) {
    plan.command = std::move(inside);
    command.argv = *sandboxCommand(plan);
    return process::run(command);
  };
  const auto works = run({"/usr/bin/true"});
  if (!works || !works->status.success()) GTEST_SKIP() << "no namespaces to be had here";
  EXPECT_EQ(run({"/usr/bin/env"})->output, "LC_ALL=C\nPWD=/tmp\n");
  EXPECT_EQ(run({"/usr/bin/ls", "/"})->output.find("home"), std::string::npos);
  EXPECT_EQ(run({"/usr/bin/ls", "/tmp"})->output, "");
  for (const char* path : {"/usr/lib/fleetd-test", "/fleetd-test", "/dev/fleetd-test", "/dev/shm/fleetd-test"})
    EXPECT_FALSE(run({"/usr/bin/touch", path})->status.success()) << path;
  EXPECT_TRUE(run({"/usr/bin/touch", "/tmp/fleetd-test"})->status.success());
  EXPECT_FALSE(run({"/usr/bin/cat", "/etc/passwd"})->status.success());
  // The interfaces of a network namespace of its own.
  EXPECT_EQ(run({"/usr/bin/cat", "/proc/net/dev"})->output.find("eth0"), std::string::npos);
}

}  // namespace
}  // namespace fleetd::process
