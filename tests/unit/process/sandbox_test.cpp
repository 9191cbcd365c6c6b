#include "kernel/process/sandbox.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

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
                           "--size",
                           "67108864",
                           "--tmpfs",
                           "/tmp",
                           "--chdir",
                           "/tmp",
                           "--dev",
                           "/dev",
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

TEST(Sandbox, LinksStandForMountsAndDevicesMayBeFew) {
  SandboxPlan plan;
  plan.command = {"/bin/host"};
  plan.links = {{"/lib64", "usr/lib64"}, {"/lib", "usr/lib"}};
  plan.terminals = false;
  const auto words = bubblewrapArguments("/bin/bwrap", plan);
  ASSERT_TRUE(words.ok());
  const Words end{"--dev-bind", "/dev/urandom", "/dev/urandom", "--symlink", "usr/lib", "/lib",     "--symlink",
                  "usr/lib64",  "/lib64",       "--remount-ro", "/",         "--",      "/bin/host"};
  ASSERT_GT(words->size(), end.size());
  EXPECT_EQ(Words(words->end() - static_cast<std::ptrdiff_t>(end.size()), words->end()), end);
  EXPECT_EQ(std::find(words->begin(), words->end(), "--dev"), words->end());
  plan.links = {{"/a/../b", "x"}};
  EXPECT_FALSE(bubblewrapArguments("/bin/bwrap", plan).ok());
}

TEST(Sandbox, ANameForWhatIsShownAnywayIsALink) {
  SandboxPlan plan;
  plan.command = {"/bin/sh", "-c", ""};
  plan.readable = {"/usr/lib", "/lib"};
  const auto words = sandboxCommand(plan);
  struct stat status {};
  if (!words || ::lstat("/lib", &status) != 0 || !S_ISLNK(status.st_mode)) GTEST_SKIP() << "no sandbox, or no link";
  EXPECT_NE(std::find(words->begin(), words->end(), "--symlink"), words->end());
  plan.readable = {"/lib"};  // where it leads is not shown
  const auto alone = sandboxCommand(plan);
  EXPECT_EQ(std::find(alone->begin(), alone->end(), "--symlink"), alone->end());
}

TEST(Sandbox, FewDevicesAreEnoughForAProgram) {
  SandboxPlan plan{systemLibraries(), {}, {"/usr/bin/head", "-c", "4", "/dev/urandom"}, {}, {}, false};
  plan.readable.emplace_back("/usr/bin");
  Command command;
  const auto words = sandboxCommand(plan);
  if (!words) GTEST_SKIP() << words.error().message;
  command.argv = *words;
  const auto done = process::run(command);
  if (!done || (done->status.code == 1 && done->errors.starts_with("bwrap: "))) GTEST_SKIP() << "no namespaces here";
  EXPECT_EQ(done->output.size(), 4u) << done->errors;
  plan.command = {"/usr/bin/touch", "/dev/fleetd-test"};
  command.argv = *sandboxCommand(plan);
  EXPECT_FALSE(process::run(command)->status.success());
  plan.command = {"/usr/bin/ls", "/dev"};
  command.argv = *sandboxCommand(plan);
  EXPECT_EQ(process::run(command)->output, "null\nrandom\nurandom\nzero\n");
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
