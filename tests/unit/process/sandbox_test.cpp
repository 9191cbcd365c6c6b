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

// A profile as lists, words and texts: what sandbox-exec reads, as far as it can be told without it.
struct Form {
  std::string atom;  // of a text without its quotes
  bool text = false, list = false;
  std::vector<Form> parts;
};

bool readForm(std::string_view& in, Form& out) {
  while (!in.empty() && (in.front() == ' ' || in.front() == '\n')) in.remove_prefix(1);
  if (in.empty() || in.front() == ')') return false;
  if (in.front() == '(') {
    in.remove_prefix(1);
    out.list = true;
    for (Form part; readForm(in, part); part = {}) out.parts.push_back(part);
    if (in.empty() || in.front() != ')') return false;
    in.remove_prefix(1);
    return true;
  }
  if (in.front() == '"') {
    out.text = true;
    for (in.remove_prefix(1); !in.empty() && in.front() != '"'; in.remove_prefix(1)) {
      if (in.front() == '\\') in.remove_prefix(1);
      if (in.empty()) return false;
      out.atom += in.front();
    }
    if (in.empty()) return false;
    in.remove_prefix(1);
    return true;
  }
  while (!in.empty() && std::string_view(" \n()\"").find(in.front()) == std::string_view::npos) {
    out.atom += in.front();
    in.remove_prefix(1);
  }
  return !out.atom.empty();
}

bool isFilter(const Form& form) {
  if (!form.list || form.parts.size() < 2 || form.parts[0].list) return false;
  const std::string& name = form.parts[0].atom;
  const Form& what = form.parts[1];
  if (name == "literal" || name == "subpath") return form.parts.size() == 2 && what.text && what.atom.starts_with('/');
  if (name == "global-name") return form.parts.size() == 2 && what.text && !what.atom.empty();
  if (name == "target") return form.parts.size() == 2 && what.atom == "self";
  if (name == "socket-domain") return form.parts.size() == 2 && what.atom == "AF_UNIX";
  return name == "remote" && form.parts.size() == 3 && what.atom == "unix-socket" && isFilter(form.parts[2]);
}

// "" or what is wrong.
std::string profileFault(std::string_view profile) {
  const std::vector<std::string_view> operations{
      "process-exec", "signal",          "sysctl-read",         "mach-lookup",   "file-read-metadata", "file-read*",
      "file-write*",  "file-write-data", "file-map-executable", "system-socket", "network-outbound"};
  std::vector<Form> rules;
  while (profile.find_first_not_of(" \n") != std::string_view::npos) {
    Form form;
    if (!readForm(profile, form)) return "it is cut off";
    rules.push_back(form);
  }
  if (rules.size() < 3 || rules[0].parts.size() != 2 || rules[0].parts[0].atom != "version" ||
      rules[0].parts[1].atom != "1")
    return "it has no version";
  if (rules[1].parts.size() != 2 || rules[1].parts[0].atom != "deny" || rules[1].parts[1].atom != "default")
    return "it does not deny first";
  for (std::size_t i = 2; i < rules.size(); ++i) {
    const auto& parts = rules[i].parts;
    if (parts.size() < 2 || parts[0].atom != "allow") return "a rule allows nothing";
    std::size_t at = 1;
    for (; at < parts.size() && !parts[at].list; ++at)
      if (parts[at].text || std::find(operations.begin(), operations.end(), parts[at].atom) == operations.end())
        return "no operation: " + parts[at].atom;
    if (at == 1) return "a rule without an operation";
    for (; at < parts.size(); ++at)
      if (!isFilter(parts[at])) return "no filter in rule " + std::to_string(i);
  }
  return {};
}

TEST(Sandbox, AProfileIsWellFormedWhateverThePaths) {
  for (const std::string path :
       {"/nix/store", "/a b", "/a\"b", "/a\\", "/a\\\"b)", "/(allow default)", "/;x", "/\xc3\xa4"}) {
    const auto profile = seatbeltProfile({{path, "/usr/lib"}, {path + "/w"}, {path + "/host"}});
    ASSERT_TRUE(profile.ok()) << path;
    EXPECT_EQ(profileFault(*profile), "") << *profile;
    std::string_view rest = *profile;
    std::vector<std::string> shown;
    for (Form form; readForm(rest, form); form = {})
      if (form.parts.size() == 4 && form.parts[2].atom == "file-map-executable")
        shown.push_back(form.parts[3].parts[1].atom);
    EXPECT_NE(std::find(shown.begin(), shown.end(), path), shown.end()) << "read back as another path";
  }
}

TEST(Sandbox, TheLookAtProfilesFindsFaults) {
  const std::string good = "(version 1)\n(deny default)\n(allow sysctl-read)\n";
  EXPECT_EQ(profileFault(good), "");
  for (const std::string more :
       {"(allow", "(allow sysctl-write)\n", "(allow file-read* (subpath \"relative\"))\n",
        "(allow file-read* (subpath /x))\n", "(allow \"file-read*\")\n", "(deny file-read*)\n",
        "(allow file-read* (literal \"/x))\n", "(allow network-outbound (remote ip \"*:*\"))\n", ")"})
    EXPECT_NE(profileFault(good + more), "") << more;
  EXPECT_NE(profileFault("(version 1)\n(allow default)\n(allow sysctl-read)\n"), "");
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
