// Scripts of generators, good ones and bad ones, in the sandbox they would have.
#include "plugins/vars/script/run.hpp"

#include <gtest/gtest.h>

#include "tests/unit/plugins/vars/support.hpp"

namespace fleetd::vars {
namespace {

struct Scripts : ToolTest {
  void SetUp() override {
    ToolTest::SetUp();
    if (!has("bwrap") || !has("bash")) GTEST_SKIP() << "bubblewrap or bash is not installed";
    tools_ = {"/bin/bash", "/usr/bin", {"/usr/bin"}};
    sandbox_ = {SandboxKind::Bubblewrap, "/usr/bin/bwrap", {}, {}};
    for (const char* one : {"/usr", "/bin", "/lib", "/lib64"})
      if (std::filesystem::exists(one)) sandbox_.readable.emplace_back(one);
    if (!run("bwrap --unshare-all --ro-bind / / true")) GTEST_SKIP() << "no user namespaces here";
    limits_.time = std::chrono::minutes(3);
  }

  fleet::Result<Outputs> result(const std::string& text, std::vector<std::string> files = {"x"}) {
    return runScript(sandbox_, {text, tools_}, inputs_, kept_, files, limits_);
  }
  std::string made(const std::string& text, const std::string& file = "x") {
    const auto out = result(text, {file});
    if (!out.ok()) return "error: " + out.error().code + " " + out.error().message + " " + out.error().hint;
    return std::string(out->at(file).text());
  }
  std::string refused(const std::string& text, std::vector<std::string> files = {"x"}) {
    const auto out = result(text, std::move(files));
    return out.ok() ? "" : out.error().code + " " + out.error().message + " | " + out.error().hint;
  }

  Tools tools_;
  Sandbox sandbox_;
  Inputs inputs_;
  std::vector<std::string> kept_;
  ScriptLimits limits_;
};

TEST_F(Scripts, FilesComeAndGoAsTheyAre) {
  const std::string bytes = contentOf(300000) + std::string("\0\n\n", 3);
  inputs_.files.insert_or_assign("dep/file", *SecretBytes::copy(bytes));
  inputs_.files.insert_or_assign("dep/empty", *SecretBytes::copy(""));
  inputs_.prompts.insert_or_assign("ask", *SecretBytes::copy("answer"));
  EXPECT_EQ(made("cat $in/dep/file > $out/x"), bytes);
  EXPECT_EQ(made("cat $in/dep/empty > $out/x"), "");
  EXPECT_EQ(made("cat $prompts/ask > $out/x; echo >> $out/x"), "answer\n");
  EXPECT_EQ(made("stat -c %a $in $in/dep $in/dep/file $out $prompts/ask | xargs > $out/x"), "700 700 600 700 600\n");
  kept_ = {"ask"};
  EXPECT_EQ(made("true", "ask"), "answer");
  EXPECT_EQ(made("tr a-z A-Z < $prompts/ask > $out/ask", "ask"), "ANSWER");
  const auto two = result("echo 1 > $out/a; echo 2 > $out/b; echo seen; rm $out/ask", {"a", "b"});
  ASSERT_TRUE(two.ok());
  EXPECT_EQ(two->at("b").text(), "2\n");
}

TEST_F(Scripts, WhatIsThere) {
  EXPECT_EQ(made("id -u > $out/x; id -g >> $out/x; whoami >> $out/x; pwd >> $out/x"), "1000\n1000\ngenerator\n/work\n");
  EXPECT_EQ(made("env | cut -d= -f1 | sort | xargs > $out/x"), "HOME PATH PWD SHLVL TMPDIR USER _ in out prompts\n");
  EXPECT_EQ(made("ls -A / | xargs > $out/x; mktemp -p $TMPDIR >/dev/null; touch /tmp/y"),
            "bin dev etc lib lib64 proc tmp usr work\n");
  EXPECT_EQ(
      made(
          "{ ls /sys/class/net /home /root 2>/dev/null || true; } | wc -l > $out/x; tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d ' ' >> $out/x"),
      "0\nlo\n");
  for (const char* place : {"/", "/usr", "/dev", "/proc"})
    EXPECT_NE(refused(std::string("touch ") + place + "/mine; touch $out/x").find("VARS72"), std::string::npos)
        << place;
  EXPECT_EQ(made("ps ax -o comm= 2>/dev/null | grep -c fleetd > $out/x || true"), "0\n");
}

TEST_F(Scripts, Failures) {
  EXPECT_NE(refused("echo oops >&2; exit 3").find("VARS72 its script failed with exit status 3 | oops"),
            std::string::npos);
  EXPECT_NE(refused("false | true; touch $out/x").find("VARS72"), std::string::npos) << "pipefail";
  EXPECT_NE(refused("echo $nobody; touch $out/x").find("VARS72"), std::string::npos) << "nounset";
  EXPECT_NE(refused("no-such-program").find("no-such-program"), std::string::npos);
  EXPECT_NE(refused("kill -9 $$").find("exit status 137"), std::string::npos);
  EXPECT_NE(refused("kill -9 $PPID; sleep 5").find("VARS7"), std::string::npos);
}

TEST_F(Scripts, FilesThatAreMissingOrNotDeclared) {
  EXPECT_NE(refused("true").find("VARS71 its script did not make `x` | it made no file"), std::string::npos);
  EXPECT_NE(refused("echo > $out/x", {"x", "y", "z"}).find("`y`, `z` | it made: x"), std::string::npos);
  EXPECT_NE(refused("touch $out/x $out/more $out/.hidden").find("VARS74 its script made files that are not declared"),
            std::string::npos);
  for (const char* odd :
       {"mkdir $out/d", "mkfifo $out/d", "ln -s nowhere $out/d", "touch \"$out/a b\"", "touch $out/$'a\\nfile 3 x'"})
    EXPECT_NE(refused(std::string("touch $out/x; ") + odd).find("VARS74"), std::string::npos) << odd;
  EXPECT_EQ(made("echo 1 > $TMPDIR/y; ln -s $TMPDIR/y $out/x"), "1\n");
  EXPECT_EQ(made("umask 0777; echo 1 > $out/x"), "1\n");
}

TEST_F(Scripts, TooMuch) {
  EXPECT_NE(refused("head -c 20000000 /dev/zero > $out/x").find("VARS75"), std::string::npos);
  EXPECT_NE(refused("cat /dev/zero > $out/x").find("No space left on device"), std::string::npos);
  EXPECT_NE(refused("cat /dev/zero > /dev/shm/x").find("No space left on device"), std::string::npos);
  EXPECT_EQ(made("head -c 3000000 /dev/zero | tr '\\0' x >&2; echo > $out/x"), "\n") << "what it says is dropped";
}

TEST_F(Scripts, TooLong) {
  limits_.time = std::chrono::seconds(5);
  EXPECT_NE(
      refused("echo waiting; sleep 60").find("VARS73 its script was ended after 5 seconds | it said last: waiting"),
      std::string::npos);
  EXPECT_NE(refused("trap '' TERM INT HUP; while :; do :; done").find("VARS73"), std::string::npos);
  EXPECT_NE(refused("yes >&2").find("VARS73"), std::string::npos);
}

TEST_F(Scripts, ProcessesThatStay) {
  EXPECT_EQ(made("(sleep 71.5 </dev/null >/dev/null 2>&1 & ) ; sleep 71.5 & echo 1 > $out/x"), "1\n");
  EXPECT_TRUE(run("! pgrep -f '^sleep 71[.]5'")) << "they outlived the script";
}

TEST_F(Scripts, ForkBomb) {
  const auto enough = limits_.time;
  limits_.time = std::chrono::seconds(4);
  limits_.processes = 64;
  const std::string why = refused("f() { f | f & f; }; f 2>/dev/null; sleep 3; exit 1");
  EXPECT_NE(why.find("VARS7"), std::string::npos);
  limits_.time = enough;
  EXPECT_EQ(made("echo still here > $out/x"), "still here\n");
  EXPECT_NE(refused("for i in $(seq 200); do sleep 60 & done; wait; touch $out/x").find("VARS7"), std::string::npos)
      << "a limit of processes";
}

TEST_F(Scripts, WhatTheySayIsShownWithoutValues) {
  inputs_.files.insert_or_assign("dep/file", *SecretBytes::copy("swordfish\n"));
  inputs_.prompts.insert_or_assign("ask", *SecretBytes::copy("open sesame"));
  const std::string why = refused("set -x; echo $(cat $in/dep/file) $(cat $prompts/ask); false");
  EXPECT_EQ(why.find("swordfish"), std::string::npos) << why;
  EXPECT_EQ(why.find("sesame"), std::string::npos) << why;
  EXPECT_NE(why.find("<hidden>"), std::string::npos) << why;
}

TEST_F(Scripts, WithoutASandbox) {
  sandbox_ = {SandboxKind::None, {}, {}, path("work")};
  std::filesystem::create_directory(path("work"));
  inputs_.prompts.insert_or_assign("ask", *SecretBytes::copy("answer"));
  EXPECT_EQ(made("cat $prompts/ask > $out/x; [ $HOME = $PWD ]"), "answer");
  EXPECT_EQ(made("true").find("VARS70"), 7U) << "the directory has been used";
}

TEST_F(Scripts, SandboxesThatCannotBe) {
  sandbox_.readable.emplace_back("/no/such/store");
  EXPECT_NE(refused("touch $out/x").find("VARS70 its sandbox cannot be set up: "), std::string::npos);
  sandbox_.program = "/no/such/bwrap";
  EXPECT_NE(refused("touch $out/x").find("VARS70"), std::string::npos);
  for (const std::string bad : {"", "/", "relative", "/a/../b", "--bind"}) {
    Sandbox other = sandbox_;
    other.readable = {bad};
    EXPECT_FALSE(sandboxWords(other, tools_).ok()) << bad;
  }
}

TEST(SandboxProfile, ForMacs) {
  const Sandbox sandbox{SandboxKind::SandboxExec, "/usr/bin/sandbox-exec", {"/nix/store"}, "/private/tmp/a \"b\""};
  const std::string profile = sandboxProfile(sandbox);
  EXPECT_TRUE(profile.starts_with("(version 1)\n(deny default)\n"));
  EXPECT_NE(profile.find("(allow file-read* (subpath \"/nix/store\"))\n"), std::string::npos);
  EXPECT_NE(profile.find("(allow file-read* file-write* (subpath \"/private/tmp/a \\\"b\\\"\"))\n"), std::string::npos);
  EXPECT_EQ(profile.find("network"), std::string::npos);
  const auto words = sandboxWords(sandbox, {"/nix/store/s/bin/bash", "/nix/store/c/bin", {}});
  ASSERT_TRUE(words.ok());
  EXPECT_EQ((*words)[0], "/usr/bin/sandbox-exec");
  EXPECT_EQ((*words)[1], "-p");
}

}  // namespace
}  // namespace fleetd::vars
