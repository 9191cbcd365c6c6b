// A kill, a full disk, a disk that cannot be written and one that is broken, at every single call that changes a file.
#include <cerrno>
#include <csignal>

#include <sys/wait.h>
#include <unistd.h>

#include "fault.hpp"
#include "plugins/vars/store/disk.hpp"
#include "store_support.hpp"

namespace fleetd::vars {

namespace {

class Faults : public StoreTest {
 protected:
  // Runs in a child. 0: it went well, 1: it said what is wrong, -9: killed.
  template <class Action>
  int inChild(Action action) const {
    const pid_t child = fork();
    if (child == 0) {
      const auto answer = action();
      const bool fine = answer && problems(*answer).empty();
      if (!answer && (answer.error().message.empty() || answer.error().code.empty())) _exit(2);
      _exit(fine ? 0 : 1);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
  }

  void copyTo(const fs::path& to) const {
    fs::copy(base_ / "0", to, fs::copy_options::recursive | fs::copy_options::copy_symlinks);
  }

  template <class Action>
  unsigned countCalls(Action action, bool reads = false) {
    copyTo(base_ / "count");
    use(base_ / "count");
    fault::arm(directory_, {fault::Kind::None, 0, 0, false, reads});
    const auto answer = action();
    EXPECT_TRUE(answer) << answer.error().message;
    const unsigned count = fault::disarm();
    end();
    use(base_ / "0");
    fs::remove_all(base_ / "count");
    return count;
  }

  // Without a run to put things right: what is there can be read.
  void expectReadable(const std::map<std::string, std::string>& before, bool replaced) const {
    auto store = Store::open(fleet_, choice());
    ASSERT_TRUE(store) << store.error().message;
    const auto secrets = store->secrets();
    ASSERT_TRUE(secrets);
    for (const auto& one : *secrets) {
      const auto value = store->readSecret(one.place, one.file);
      ASSERT_TRUE(value) << one.place << ": " << value.error().message;
    }
    for (const auto& [name, content] : snapshot(fleet_)) {
      if (name.starts_with(".fleetd-pending/")) continue;
      EXPECT_EQ(content.find("AGE-SECRET-KEY-"), std::string::npos) << name;
      if (!name.ends_with("/secret")) continue;
      const std::string directory = name.substr(0, name.size() - 7);
      const auto value = store->readSecretAt(directory);
      ASSERT_TRUE(value) << name << ": " << value.error().message;
    }
    for (const auto& [name, content] : before) {
      if (replaced) break;
      EXPECT_TRUE(fs::exists(fs::symlink_status(fleet_ / name))) << name << " is gone";
    }
    for (const auto& [name, content] : snapshot(directory_))
      if (!name.ends_with("keys.txt") && !name.ends_with("keys.txt.new")) {
        EXPECT_EQ(content.find("AGE-SECRET-KEY-"), std::string::npos) << name << " holds a key in the open";
      }
  }

  // All that can be done next goes well.
  void expectCompletes() const {
    const int ended = inChild([&]() -> fleet::Result<fleet::Value> {
      for (const char* verb : {"keygen", "generate", "fix", "check"}) {
        FLEET_TRY_ASSIGN(const auto answer, request(verb));
        for (const auto& problem : problems(answer)) return age::error(verb, problem);
        FLEET_TRY(request("done", {{"committed", true}}));
      }
      return fleet::Value(fleet::Attrs{});
    });
    ASSERT_EQ(ended, 0);
  }

  // The halves of the pair fit, and everything is where it belongs.
  void expectWhole() const {
    auto store = Store::open(fleet_, choice());
    ASSERT_TRUE(store);
    const auto key = store->readSecret("per-machine/barn/pair", "key");
    ASSERT_TRUE(key) << key.error().message;
    const auto identity = age::parseIdentity(key->text());
    ASSERT_TRUE(identity);
    const auto half = store->readPublic("per-machine/barn/pair", "pub");
    ASSERT_TRUE(half);
    EXPECT_EQ(half->substr(0, 62), identity->recipient.text);
    for (const auto& [name, content] : snapshot(directory_)) {
      const std::string last = fs::path(name).filename();
      const std::string kind = fs::path(name).parent_path().filename();
      const bool isLink = content.starts_with("-> ") && (kind == "users" || kind == "machines" || kind == "groups");
      EXPECT_TRUE(isLink || last == "secret" || last == "value" || last == "key.json" || last == ".validation-hash" ||
                  last == ".definition-hash" || last == "keys.txt" ||
                  name.find("/secrets/clan-vars/") != std::string::npos ||
                  name.find("/secrets/age-keys/") != std::string::npos)
          << "left behind: " << name;
    }
  }

  // `action` is what is cut off; afterwards it is done again and has to succeed.
  template <class Action>
  void killEverywhere(Action action, bool replaces = false) {
    const auto before = snapshot(base_ / "0" / "fleet");
    const unsigned calls = countCalls(action);
    ASSERT_GT(calls, 4u);
    for (unsigned at = 1; at <= calls; ++at) {
      SCOPED_TRACE("killed at call " + std::to_string(at) + " of " + std::to_string(calls));
      copyTo(base_ / "run");
      use(base_ / "run");
      const int ended = inChild([&] {
        fault::arm(directory_, {fault::Kind::Kill, at, 0, false, false});
        return action();
      });
      ASSERT_EQ(ended, -SIGKILL);
      if (!before.empty()) expectReadable(before, replaces);
      // The next run completes, whatever it is: first one that finds something to commit, then the same again.
      ASSERT_EQ(inChild([&] {
                  const auto answer = action();
                  if (answer) static_cast<void>(request("done", {{"committed", true}}));
                  return answer;
                }),
                0);
      expectCompletes();
      expectWhole();
      if (::testing::Test::HasFailure()) break;
      use(base_ / "0");
      fs::remove_all(base_ / "run");
    }
    use(base_ / "0");
  }

  // `many`: an action that goes on with other secrets when one cannot be read.
  template <class Action>
  void failEverywhere(Action action, int code, bool lasting, bool reads, bool many = false) {
    const auto before = snapshot(base_ / "0" / "fleet");
    const unsigned calls = countCalls(action, reads);
    for (unsigned at = 1; at <= calls; ++at) {
      SCOPED_TRACE(std::string(strerror(code)) + " at call " + std::to_string(at) + " of " + std::to_string(calls) +
                   (lasting ? " and after it" : ""));
      copyTo(base_ / "run");
      use(base_ / "run");
      const int ended = inChild([&] {
        fault::arm(directory_, {fault::Kind::Error, at, code, lasting, reads});
        auto answer = action();
        fault::disarm();
        return answer;
      });
      ASSERT_TRUE(ended == 0 || ended == 1) << ended;
      auto after = snapshot(fleet_);
      const bool kept = after.contains(".fleetd-pending/journal");
      if (ended == 1 && !kept && !(many && reads)) {
        std::erase_if(after, [](const auto& one) { return one.first.starts_with(".fleetd-pending/"); });
        EXPECT_TRUE(after == before) << "it failed and changed something";
      }
      EXPECT_TRUE(lasting || !kept) << "a single failure must be taken back";
      if (!before.empty()) expectReadable({}, true);
      expectCompletes();
      expectWhole();
      if (::testing::Test::HasFailure()) break;
      use(base_ / "0");
      fs::remove_all(base_ / "run");
    }
    use(base_ / "0");
  }
  template <class Action>
  void failEverywhere(Action action, bool many = false) {
    for (const int code : {ENOSPC, EROFS, EIO})
      for (const bool lasting : {false, true}) failEverywhere(action, code, lasting, false);
    failEverywhere(action, EIO, false, true, many);
  }

  auto generate() const {
    return [this] { return request("generate"); };
  }
  auto regenerate() const {
    return [this] { return request("generate", {{"regenerate", true}}); };
  }
  // A second user is let in.
  void letBobIn() {
    const auto bob = age::generateIdentity();
    ASSERT_TRUE(bob);
    fs::create_directories(fleet_ / "sops/users/bob");
    std::ofstream(fleet_ / "sops/users/bob/key.json") << keyJson(bob->recipient);
    for (const char* directory : {"vars/per-machine/barn/pair/key", "sops/secrets/barn-age.key"})
      fs::create_symlink("x", fleet_ / directory / "users/bob");
  }
};

TEST_F(Faults, KeygenKilled) {
  killEverywhere([this] { return request("keygen"); });
}
TEST_F(Faults, GenerateKilled) {
  expect("keygen");
  killEverywhere(generate());
}
TEST_F(Faults, RegenerateKilled) {
  expect("keygen");
  expect("generate");
  killEverywhere(regenerate());
}
TEST_F(Faults, FixKilled) {
  expect("keygen");
  expect("generate");
  letBobIn();
  killEverywhere([this] { return request("fix"); });
}
// `vars set` writes as this does, and asks for its value besides.
TEST_F(Faults, SetKilled) {
  expect("keygen");
  expect("generate");
  killEverywhere([this]() -> fleet::Result<fleet::Value> {
    FLEET_TRY_ASSIGN(auto store, Store::open(fleet_));
    FLEET_TRY(recover(fleet_));
    FLEET_TRY_ASSIGN(const auto value, store.readSecret("per-machine/barn/pair", "key"));
    FLEET_TRY(store.writeSecret("per-machine/barn/pair", "key", value, {{"barn"}, true, {}}));
    return fleet::Value(fleet::Attrs{});
  });
}
// A secret that becomes public loses nothing on the way, and its links go.
TEST_F(Faults, RemovalKilled) {
  expect("keygen");
  expect("generate");
  killEverywhere(
      [this]() -> fleet::Result<fleet::Value> {
        FLEET_TRY(recover(fleet_));
        FLEET_TRY_ASSIGN(auto store, Store::open(fleet_));
        FLEET_TRY(store.removeFile("vars/per-machine/barn/pair"));
        return fleet::Value(fleet::Attrs{});
      },
      true);
}

// --- the store that clan calls age ---

TEST_F(Faults, AgeGenerateKilled) {
  useAge();
  killEverywhere(generate());
}
TEST_F(Faults, AgeRegenerateKilled) {
  useAge();
  expect("generate");
  killEverywhere(regenerate());
}
TEST_F(Faults, AgeFixKilled) {
  useAge();
  expect("generate");
  // A second person is named.
  const auto bob = age::generateIdentity();
  ASSERT_TRUE(bob);
  fleet::List both = *store_.find("recipients")->find("default")->get<fleet::List>();
  both.push_back(bob->recipient.text);
  store_ = fleet::Attrs{{"kind", "age"}, {"recipients", fleet::Attrs{{"default", std::move(both)}}}};
  killEverywhere([this] { return request("fix"); });
}
TEST_F(Faults, AgeGenerateFails) {
  useAge();
  failEverywhere(generate());
}

// --- from one store to another ---

TEST_F(Faults, MigrateKilled) {
  expect("keygen");
  expect("generate");
  const fleet::Value before = store_;
  useAge();
  const fleet::Value age = std::exchange(store_, before);
  killEverywhere([this, age] { return request("migrate", {{"store", age}, {"from", "sops"}, {"to", "age"}}); });
}
TEST_F(Faults, MigrateFails) {
  expect("keygen");
  expect("generate");
  const fleet::Value before = store_;
  useAge();
  const fleet::Value age = std::exchange(store_, before);
  // Everything is read back at the end: what cannot be read then is an error, and what was copied stays.
  failEverywhere([this, age] { return request("migrate", {{"store", age}, {"from", "sops"}, {"to", "age"}}); }, true);
}
TEST_F(Faults, MigrateRemoveKilled) {
  expect("keygen");
  expect("generate");
  useAge();
  expect("migrate", {{"from", "sops"}, {"to", "age"}});
  killEverywhere([this] { return request("migrate", {{"from", "sops"}, {"to", "age"}, {"remove", true}}); }, true);
}

TEST_F(Faults, KeygenFails) {
  failEverywhere([this] { return request("keygen"); });
}
TEST_F(Faults, GenerateFails) {
  expect("keygen");
  failEverywhere(generate());
}
TEST_F(Faults, RegenerateFails) {
  expect("keygen");
  expect("generate");
  failEverywhere(regenerate());
}
TEST_F(Faults, FixFails) {
  expect("keygen");
  expect("generate");
  letBobIn();
  failEverywhere([this] { return request("fix"); }, true);
}

}  // namespace

}  // namespace fleetd::vars
