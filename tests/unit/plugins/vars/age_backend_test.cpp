// The store that clan calls age: its layout, who can read what, and what is wrong with it.
#include "plugins/vars/store/age_backend.hpp"

#include "plugins/vars/age/age.hpp"
#include "store_support.hpp"

namespace fleetd::vars {

namespace {

class AgeStore : public StoreTest {
 protected:
  void SetUp() override {
    StoreTest::SetUp();
    useAge();
  }

  std::string operatorKey() const {
    return *(*store_.find("recipients")->find("default")->get<fleet::List>())[0].get<std::string>();
  }
  void name(const fleet::List& people) {
    store_ = fleet::Attrs{{"kind", "age"}, {"recipients", fleet::Attrs{{"default", people}}}};
  }
  // A generator with a file of every kind, on both machines where it is shared.
  static fleet::Value machines(bool second = true, bool deploy = true) {
    const auto generator = [&](bool share) {
      return fleet::Attrs{{"builtin", fleet::Attrs{{"generator", "random"}, {"file", "key"}}},
                          {"files", fleet::Attrs{{"key", fleet::Attrs{{"deploy", deploy}}}}},
                          {"share", share}};
    };
    fleet::Attrs out{{"barn", fleet::Attrs{{"own", generator(false)}, {"ca", generator(true)}}}};
    if (second) out.set("silo", fleet::Attrs{{"ca", generator(true)}});
    return out;
  }
  std::string read(const std::string& place) const {
    auto store = Store::open(fleet_, choice());
    EXPECT_TRUE(store);
    const auto value = store->readSecret(place, "key");
    return value ? std::string(value->text()) : value.error().code;
  }
  std::vector<std::string> check(const fleet::Value& all) const {
    const auto answer = request("check", {{"machines", all}});
    EXPECT_TRUE(answer) << answer.error().message;
    return problems(*answer);
  }
};

constexpr const char* kOwn = "secrets/clan-vars/per-machine/barn/own/key/key.age";
constexpr const char* kShared = "secrets/clan-vars/shared/ca/key/key.age";
constexpr const char* kKey = "secrets/age-keys/machines/barn/key.age";

TEST_F(AgeStore, Layout) {
  expect("generate", {{"machines", machines()}});
  const auto files = snapshot(fleet_);
  for (const char* path : {kOwn, kShared, kKey})
    EXPECT_TRUE(files.contains(path) && files.at(path).starts_with("-----BEGIN AGE ENCRYPTED FILE-----\n")) << path;
  EXPECT_FALSE(files.contains(kOwn + std::string(".recipients")));
  EXPECT_EQ(files.at(kKey + std::string(".recipients")), operatorKey() + "\n");
  const std::string barn = files.at("secrets/age-keys/machines/barn/pub");
  const std::string silo = files.at("secrets/age-keys/machines/silo/pub");
  EXPECT_EQ(files.at(kShared + std::string(".recipients")), std::min(barn, silo) + "\n" + std::max(barn, silo) + "\n");
  EXPECT_FALSE(fs::exists(fleet_ / "sops"));
  EXPECT_EQ(read("per-machine/barn/own").size(), 32u);
  EXPECT_EQ(read("shared/ca").size(), 32u);
  EXPECT_TRUE(check(machines()).empty());
  // The operator opens the machine's key, and nothing else.
  const auto who = findAgeOperator();
  ASSERT_TRUE(who);
  EXPECT_EQ(age::decrypt(contentOfFile(fleet_ / kOwn), who->identities).error().code, "AGE06");
  EXPECT_TRUE(age::decrypt(contentOfFile(fleet_ / kKey), who->identities));
}

TEST_F(AgeStore, WhatNoMachineGetsIsForPeople) {
  expect("generate", {{"machines", machines(true, false)}});
  EXPECT_FALSE(fs::exists(fleet_ / "secrets/age-keys"));
  EXPECT_EQ(contentOfFile(fleet_ / (kOwn + std::string(".recipients"))), operatorKey() + "\n");
  EXPECT_EQ(read("per-machine/barn/own").size(), 32u);
  // It is to be on machines after all, and the other way round.
  const std::string before = read("shared/ca");
  EXPECT_EQ(check(machines()).size(), 2u);
  expect("fix", {{"machines", machines()}});
  EXPECT_TRUE(check(machines()).empty());
  EXPECT_FALSE(fs::exists(fleet_ / (kOwn + std::string(".recipients"))));
  expect("fix", {{"machines", machines(true, false)}});
  EXPECT_TRUE(check(machines(true, false)).empty());
  EXPECT_EQ(read("shared/ca"), before);
}

TEST_F(AgeStore, MachinesComeAndGo) {
  expect("generate", {{"machines", machines(false)}});
  const std::string before = read("shared/ca");
  expect("generate", {{"machines", machines()}});
  EXPECT_EQ(check(machines()).size(), 1u);
  expect("fix", {{"machines", machines()}});
  EXPECT_EQ(read("shared/ca"), before);
  EXPECT_TRUE(check(machines()).empty());
  const auto files = snapshot(fleet_);
  expect("fix", {{"machines", machines()}});
  EXPECT_EQ(snapshot(fleet_), files) << "the second time there is nothing to do";
  expect("fix", {{"machines", machines(false)}});
  EXPECT_EQ(contentOfFile(fleet_ / (kShared + std::string(".recipients"))),
            contentOfFile(fleet_ / "secrets/age-keys/machines/barn/pub") + "\n");
}

TEST_F(AgeStore, PeopleComeAndGo) {
  expect("generate", {{"machines", machines()}});
  const std::string own = contentOfFile(fleet_ / kOwn), value = read("per-machine/barn/own");
  const auto bob = age::generateIdentity();
  ASSERT_TRUE(bob);
  name({operatorKey(), bob->recipient.text});
  EXPECT_EQ(check(machines()).size(), 2u) << "the keys of both machines";
  expect("fix", {{"machines", machines()}});
  EXPECT_TRUE(check(machines()).empty());
  EXPECT_EQ(contentOfFile(fleet_ / kOwn), own) << "a machine's secret is not touched";
  const auto text = age::identityText(*bob);
  ASSERT_TRUE(text);
  setenv("AGE_KEY", std::string(text->text()).c_str(), 1);
  EXPECT_EQ(read("per-machine/barn/own"), value);
  EXPECT_EQ(read("shared/ca").size(), 32u);
  const auto eve = age::generateIdentity();
  ASSERT_TRUE(eve);
  const auto other = age::identityText(*eve);
  ASSERT_TRUE(other);
  setenv("AGE_KEY", std::string(other->text()).c_str(), 1);
  EXPECT_EQ(read("per-machine/barn/own"), "AGE06");
  EXPECT_EQ(read("shared/ca"), "AGE06");
  unsetenv("AGE_KEY");
}

TEST_F(AgeStore, APublicHalfThatIsGoneIsMadeFromTheKey) {
  expect("generate", {{"machines", machines()}});
  const std::string pub = contentOfFile(fleet_ / "secrets/age-keys/machines/barn/pub");
  fs::remove(fleet_ / "secrets/age-keys/machines/barn/pub");
  EXPECT_FALSE(check(machines()).empty());
  expect("fix", {{"machines", machines()}});
  EXPECT_EQ(contentOfFile(fleet_ / "secrets/age-keys/machines/barn/pub"), pub);
  EXPECT_EQ(read("per-machine/barn/own").size(), 32u);
}

TEST_F(AgeStore, WhatIsWrongIsSaid) {
  expect("generate", {{"machines", machines()}});
  const std::string good = contentOfFile(fleet_ / kOwn), key = contentOfFile(fleet_ / kKey);
  const auto put = [&](const char* path, const std::string& text) { std::ofstream(fleet_ / path) << text; };
  for (const std::string& text : {std::string(), good.substr(0, good.size() / 2), std::string("x"), good + "y",
                                  good.substr(0, 100) + (good[100] == 'A' ? 'B' : 'A') + good.substr(101)}) {
    put(kOwn, text);
    EXPECT_TRUE(read("per-machine/barn/own").starts_with("AGE0")) << read("per-machine/barn/own");
  }
  put(kOwn, "-----BEGIN AGE ENCRYPTED FILE-----\n");
  EXPECT_EQ(check(machines()).size(), 1u);
  put(kOwn, good);
  put(kKey, key.substr(0, 80));
  EXPECT_EQ(check(machines()).size(), 1u);
  EXPECT_EQ(read("per-machine/barn/own"), "AGE06");
  put(kKey, key);
  // A list that does not say what the file is for.
  put("secrets/clan-vars/shared/ca/key/key.age.recipients", operatorKey() + "\n");
  EXPECT_EQ(check(machines()).size(), 1u);
  name({});
  const auto answer = request("generate", {{"machines", machines(true, false)}, {"regenerate", true}});
  ASSERT_TRUE(answer);
  EXPECT_EQ(problems(*answer).size(), 2u);
  EXPECT_NE(problems(*answer)[0].find("VARS96"), std::string::npos);
}

TEST_F(AgeStore, MigrateKeepsKeysAndValues) {
  const fleet::Value age = std::exchange(store_, fleet::Value());
  expect("keygen");
  expect("generate", {{"machines", machines()}});
  const std::string own = read("per-machine/barn/own");
  auto before = Store::open(fleet_);
  ASSERT_TRUE(before);
  const auto key = before->machineKey("barn");
  ASSERT_TRUE(key);
  const fleet::Attrs there{{"machines", machines()}, {"store", age}, {"from", "sops"}, {"to", "age"}};
  fleet::Attrs removing = there;
  removing.set("remove", true);
  EXPECT_EQ(request("migrate", removing).error().code, "VARS61") << "it is not there yet";
  EXPECT_TRUE(fs::exists(fleet_ / "vars/per-machine/barn/own/key/secret"));
  expect("migrate", there);
  expect("migrate", there);  // nothing left to do
  store_ = age;
  EXPECT_EQ(read("per-machine/barn/own"), own);
  EXPECT_TRUE(check(machines()).empty());
  auto after = Store::open(fleet_, choice());
  ASSERT_TRUE(after);
  const auto same = after->machineKey("barn");
  ASSERT_TRUE(same);
  EXPECT_EQ(same->text(), key->text());
  // Another value there: nobody decides which is right, and nothing goes.
  const auto other = SecretBytes::copy(std::string_view("other"));
  ASSERT_TRUE(other);
  ASSERT_TRUE(after->writeSecret("per-machine/barn/own", "key", *other, {{"barn"}, true, {}}));
  const auto answer = request("migrate", there);
  ASSERT_TRUE(answer);
  EXPECT_EQ(problems(*answer).size(), 1u);
  EXPECT_EQ(request("migrate", removing).error().code, "VARS98");
  const auto again = SecretBytes::copy(std::string_view(own));
  ASSERT_TRUE(again);
  ASSERT_TRUE(after->writeSecret("per-machine/barn/own", "key", *again, {{"barn"}, true, {}}));
  expect("migrate", removing);
  EXPECT_FALSE(fs::exists(fleet_ / "vars/per-machine/barn/own/key/secret"));
  EXPECT_EQ(read("per-machine/barn/own"), own);
  EXPECT_EQ(read("shared/ca").size(), 32u);
}

TEST(StoreChoices, UnknownOnes) {
  EXPECT_EQ(readStoreChoice(fleet::Attrs{{"kind", "vm"}}).error().code, "VARS95");
  EXPECT_EQ(readStoreChoice(fleet::Attrs{{"passCommand", "rm -rf"}}).error().code, "VARS95");
  EXPECT_EQ(readStoreChoice(fleet::Value())->kind, StoreKind::Sops);
}

}  // namespace

}  // namespace fleetd::vars
