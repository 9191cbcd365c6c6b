// Changes of people and keys, with a kill and a full disk at every single call that changes a file: the tree is the one
// from before or the one that was wanted, and no value is lost.
#include <cerrno>
#include <csignal>

#include <sys/wait.h>

#include "fault.hpp"
#include "secrets_support.hpp"

namespace fleetd::vars {

namespace {

class SecretsFaults : public SecretsTest {
 protected:
  void SetUp() override {
    SecretsTest::SetUp();
    expect("keygen");
    ASSERT_EQ(code("users", "add", {"bob", key(base_ / "bob")}), "");
    ASSERT_EQ(code("groups", "create", {"crew"}, {{"users", texts({"bob"})}}), "");
    ASSERT_EQ(set("mail", "canary", {{"groups", texts({"crew"})}}), "");
    expect("generate");
    made_ = value("vars/per-machine/barn/pair/key");
    fs::create_directories(fleet_ / "vars/per-machine/barn/old/file");
    std::ofstream(fleet_ / "vars/per-machine/barn/old/file/value") << "x";
  }

  void fresh(const fs::path& to) {
    use(base_ / "0");
    fs::remove_all(to);
    fs::copy(base_ / "0", to, fs::copy_options::recursive | fs::copy_options::copy_symlinks);
    use(to);
  }

  // 0: it went well, 1: an error, -9: killed.
  template <class Action>
  int inChild(fault::Plan plan, Action action) const {
    const pid_t child = fork();
    if (child == 0) {
      fault::arm(directory_, plan);
      _exit(action() == "" ? 0 : 1);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
  }

  void expectWhole(unsigned call) const {
    EXPECT_EQ(value("mail"), "canary") << "call " << call;
    EXPECT_EQ(value("vars/per-machine/barn/pair/key"), made_) << "call " << call;
    for (const auto& [name, content] : snapshot(directory_)) {
      EXPECT_EQ(content.find("canary"), std::string::npos) << name << " at call " << call;
      if (name.starts_with("home/")) continue;
      EXPECT_EQ(content.find("AGE-SECRET-KEY-"), std::string::npos) << name << " at call " << call;
    }
  }

  template <class Action>
  void atEveryCall(Action action) {
    const fs::path place = base_ / "1";
    unsigned call = 1;
    for (;; ++call) {
      ASSERT_LT(call, 500u);
      fresh(place);
      const int ended = inChild({fault::Kind::Kill, call, 0, false, false}, action);
      if (ended == 0) break;
      ASSERT_EQ(ended, -SIGKILL);
      expectWhole(call);
      // The next run brings it to an end, or finds that nothing had begun.
      EXPECT_EQ(code("key", "update"), "") << "call " << call;
      expectWhole(call);
      EXPECT_EQ(code("", "who"), "") << "call " << call;
      EXPECT_FALSE(fs::exists(fleet_ / ".fleetd-pending/journal"));
    }
    EXPECT_GT(call, 5u) << "nothing was counted";
    for (unsigned full = 1; full < call; ++full) {
      fresh(place);
      const int ended = inChild({fault::Kind::Error, full, ENOSPC, true, false}, action);
      ASSERT_GE(ended, 0);
      expectWhole(full);
      EXPECT_EQ(code("key", "update"), "") << "call " << full;
      EXPECT_EQ(code("", "who"), "") << "call " << full;
      expectWhole(full);
    }
  }

  std::string made_;
};

TEST_F(SecretsFaults, NewKeyOfTheOperator) {
  atEveryCall([&] { return code("users", "rotate", {"ada"}); });
}
TEST_F(SecretsFaults, NewKeyOfAMachine) {
  atEveryCall([&] { return code("machines", "rotate", {"barn"}); });
}
TEST_F(SecretsFaults, SomebodyLeaves) {
  atEveryCall([&] { return code("users", "remove", {"bob"}); });
}
TEST_F(SecretsFaults, Prune) {
  atEveryCall([&] {
    const auto answer = request("prune", {{"paths", texts({"vars/per-machine/barn/old"})}});
    return answer ? std::string() : answer.error().code;
  });
}

}  // namespace

}  // namespace fleetd::vars
