// People, machines and groups: who can read what before and after each change.
#include "plugins/vars/archive.hpp"
#include "secrets_support.hpp"

namespace fleetd::vars {

namespace {

class Secrets : public SecretsTest {
 protected:
  void SetUp() override {
    SecretsTest::SetUp();
    expect("keygen");
    bobFile_ = base_ / "bob";
    bob_ = key(bobFile_);
    ASSERT_EQ(code("users", "add", {"bob", bob_}), "");
    ASSERT_EQ(set("mail", "secret"), "");
  }
  fs::path bobFile_;
  std::string bob_;
};

TEST_F(Secrets, ValuesComeAndGo) {
  EXPECT_EQ(value("mail"), "secret");
  EXPECT_EQ(set("mail", ""), "VARS87");
  EXPECT_EQ(set("../mail", "x"), "VARS80");
  EXPECT_EQ(code("", "rename", {"mail", "post"}), "");
  EXPECT_EQ(value("post"), "secret");
  EXPECT_FALSE(fs::exists(fleet_ / "sops/secrets/mail"));
  EXPECT_EQ(fs::read_symlink(fleet_ / "sops/secrets/post/users/ada"), "../../../users/ada");
  EXPECT_EQ(set("mail", "x"), "");
  EXPECT_EQ(code("", "rename", {"post", "mail"}), "VARS82");
  EXPECT_EQ(code("", "remove", {"post"}), "");
  EXPECT_FALSE(fs::exists(fleet_ / "sops/secrets/post"));
  EXPECT_EQ(code("", "remove", {"post"}), "VARS81");
}

TEST_F(Secrets, OfPeople) {
  EXPECT_EQ(valueFor(bobFile_, "mail"), "AGE06");
  EXPECT_EQ(code("users", "add-secret", {"bob", "mail"}), "");
  EXPECT_EQ(valueFor(bobFile_, "mail"), "secret");
  const auto more = key(base_ / "more");
  EXPECT_EQ(code("users", "add-key", {"bob", more}), "");
  EXPECT_EQ(valueFor(base_ / "more", "mail"), "secret");
  EXPECT_EQ(code("users", "remove-key", {"bob", bob_}), "");
  EXPECT_EQ(valueFor(bobFile_, "mail"), "AGE06");
  EXPECT_EQ(code("users", "remove-key", {"bob", bob_}), "VARS81");
  EXPECT_EQ(code("users", "remove-key", {"bob", more}), "VARS83");
  EXPECT_EQ(code("users", "remove-secret", {"ada", "mail"}), "");
  EXPECT_EQ(value("mail"), "AGE06");
  EXPECT_EQ(code("users", "add-secret", {"ada", "mail"}), "VARS84") << "she cannot open it any more";
}

TEST_F(Secrets, TheLastReaderStays) {
  EXPECT_EQ(code("users", "remove-secret", {"ada", "mail"}), "VARS83");
  EXPECT_EQ(code("users", "remove", {"ada"}), "VARS83");
  EXPECT_EQ(value("mail"), "secret");
}

TEST_F(Secrets, NothingElseIsTouched) {
  ASSERT_EQ(set("other", "x"), "");
  const auto before = contentOfFile(secretFile("other"));
  EXPECT_EQ(code("users", "add-secret", {"bob", "mail"}), "");
  EXPECT_EQ(code("users", "add-key", {"bob", key(base_ / "more")}), "");
  EXPECT_EQ(code("users", "remove", {"bob"}), "");
  EXPECT_EQ(contentOfFile(secretFile("other")), before);
  EXPECT_FALSE(fs::exists(fleet_ / "sops/users/bob"));
}

TEST_F(Secrets, OfGroups) {
  EXPECT_EQ(code("groups", "create", {"admins"}), "VARS85");
  EXPECT_EQ(code("groups", "create", {"admins"}, {{"users", texts({"nobody"})}}), "VARS81");
  EXPECT_EQ(code("groups", "create", {"admins"}, {{"users", texts({"ada"})}}), "");
  EXPECT_EQ(code("groups", "add-secret", {"admins", "mail"}), "");
  EXPECT_EQ(code("groups", "add-user", {"admins", "bob"}), "");
  EXPECT_EQ(valueFor(bobFile_, "mail"), "secret");
  EXPECT_EQ(code("groups", "remove-user", {"admins", "bob"}), "");
  EXPECT_EQ(valueFor(bobFile_, "mail"), "AGE06");
  EXPECT_EQ(code("groups", "remove-user", {"admins", "bob"}), "VARS81");
  EXPECT_EQ(code("groups", "remove-user", {"admins", "ada"}), "");
  EXPECT_FALSE(fs::exists(fleet_ / "sops/groups/admins"));
  EXPECT_FALSE(fs::exists(fs::symlink_status(fleet_ / "sops/secrets/mail/groups/admins")));
  EXPECT_EQ(value("mail"), "secret");
}

TEST_F(Secrets, SomebodyWhoLeavesTakesHisEmptyGroupAlong) {
  ASSERT_EQ(code("groups", "create", {"crew"}, {{"users", texts({"bob"})}}), "");
  ASSERT_EQ(code("groups", "add-secret", {"crew", "mail"}), "");
  ASSERT_TRUE(isFor("mail", bob_));
  EXPECT_EQ(code("users", "remove", {"bob"}), "");
  EXPECT_FALSE(isFor("mail", bob_));
  EXPECT_FALSE(fs::exists(fleet_ / "sops/groups/crew"));
  EXPECT_EQ(value("mail"), "secret");
}

TEST_F(Secrets, WhatCannotBeOpenedStopsAChange) {
  setenv("SOPS_AGE_KEY_FILE", bobFile_.c_str(), 1);
  ASSERT_EQ(set("his", "x"), "");
  unsetenv("SOPS_AGE_KEY_FILE");
  const auto before = snapshot(fleet_);
  EXPECT_EQ(code("users", "add-key", {"bob", key(base_ / "more")}), "VARS84");
  EXPECT_EQ(code("users", "remove", {"bob"}), "VARS83");
  EXPECT_EQ(snapshot(fleet_), before);
}

TEST_F(Secrets, SecretKeysAreNotTakenForPublicOnes) {
  std::string text = contentOfFile(bobFile_);
  const auto answer = secrets("users", "add", {"eve", text.substr(0, text.size() - 1)});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, "VARS86");
  EXPECT_EQ(answer.error().message.find(text.substr(20, 20)), std::string::npos);
}

TEST_F(Secrets, NewKeyOfTheOperator) {
  expect("generate");
  const auto old = ada(), made = value("vars/per-machine/barn/pair/key");
  EXPECT_EQ(code("users", "rotate", {"ada"}), "");
  EXPECT_NE(ada(), old);
  EXPECT_TRUE(isFor("mail", ada()));
  EXPECT_FALSE(isFor("mail", old));
  EXPECT_EQ(value("mail"), "secret");
  EXPECT_EQ(value("vars/per-machine/barn/pair/key"), made);
  expect("check");
  const auto file = home_ / ".config/sops/age/keys.txt";
  EXPECT_EQ(fs::status(file).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  const auto keys = age::parseIdentityFile(contentOfFile(file));
  ASSERT_TRUE(keys);
  ASSERT_EQ(keys->size(), 2u);
  EXPECT_EQ(keys->front().recipient.text, ada());
  EXPECT_EQ(keys->back().recipient.text, old);
  EXPECT_EQ(code("users", "rotate", {"bob"}), "VARS86");
  EXPECT_EQ(code("users", "rotate", {"bob", key(base_ / "new")}), "");
}

TEST_F(Secrets, NewKeyOfAMachine) {
  expect("generate");
  const auto old = publicKey("machines/barn"), made = value("vars/per-machine/barn/pair/key");
  EXPECT_EQ(code("machines", "rotate", {"barn"}), "");
  EXPECT_NE(publicKey("machines/barn"), old);
  EXPECT_TRUE(isFor("vars/per-machine/barn/pair/key", publicKey("machines/barn")));
  EXPECT_FALSE(isFor("vars/per-machine/barn/pair/key", old));
  const auto keys = age::parseIdentityFile(value("barn-age.key"));
  ASSERT_TRUE(keys);
  ASSERT_EQ(keys->size(), 2u);
  EXPECT_EQ(keys->front().recipient.text, publicKey("machines/barn"));
  EXPECT_EQ(keys->back().recipient.text, old);
  EXPECT_EQ(value("vars/per-machine/barn/pair/key"), made);
  expect("check");
  EXPECT_EQ(code("", "remove", {"barn-age.key"}), "VARS82");
}

TEST_F(Secrets, Audit) {
  ASSERT_EQ(code("groups", "create", {"admins"}, {{"users", texts({"bob"})}}), "");
  ASSERT_EQ(code("groups", "add-secret", {"admins", "mail"}), "");
  EXPECT_EQ(code("", "who", {"mail"}), "");
  EXPECT_EQ(code("", "who"), "");
  const auto answer = secrets("", "who", {"bob"});
  ASSERT_TRUE(answer);
  const fleet::Value wanted =
      fleet::List{fleet::Attrs{{"secret", "mail"}, {"via", fleet::List{"groups/admins"}}, {"opens", true}}};
  EXPECT_TRUE(*answer->find("data") == wanted);
  fs::remove(fleet_ / "sops/secrets/mail/groups/admins");
  EXPECT_EQ(code("", "who", {"mail"}), "problems") << "he can read it without a link";
  EXPECT_EQ(code("key", "update"), "");
  EXPECT_FALSE(isFor("mail", bob_));
  fs::create_symlink("../../../users/bob", fleet_ / "sops/secrets/mail/users/bob");
  EXPECT_EQ(code("", "who"), "problems") << "not encrypted for him yet";
  EXPECT_EQ(code("key", "update"), "");
  EXPECT_EQ(valueFor(bobFile_, "mail"), "secret");
  EXPECT_EQ(code("", "who", {"maill"}), "VARS81");
}

TEST_F(Secrets, KeysOfOtherKindsAreKept) {
  const auto file = fleet_ / "sops/users/bob/key.json";
  std::ofstream(file) << R"([{"publickey": "ABCD", "type": "pgp"}, {"publickey": ")" << bob_ << R"(", "type": "age"}])";
  EXPECT_EQ(code("users", "add-key", {"bob", key(base_ / "more")}), "");
  EXPECT_NE(contentOfFile(file).find("\"pgp\""), std::string::npos);
  EXPECT_EQ(code("users", "remove-key", {"bob", "ABCD"}), "AGE02");
  EXPECT_EQ(code("users", "list"), "");
  EXPECT_EQ(code("users", "remove", {"bob"}), "");
}

TEST_F(Secrets, WhatNothingDeclaresIsFoundAndRemoved) {
  expect("generate");
  fs::create_directories(fleet_ / "vars/per-machine/barn/old/file");
  std::ofstream(fleet_ / "vars/per-machine/barn/old/file/value") << "x";
  fs::create_directories(fleet_ / "vars/per-machine/barn/pair/gone");
  std::ofstream(fleet_ / "vars/per-machine/barn/pair/gone/secret") << "x";
  fs::create_directories(fleet_ / "vars/shared/ca/key");
  const auto found = request("orphans");
  ASSERT_TRUE(found);
  std::vector<std::string> paths;
  for (const auto& one : *found->find("orphans")->get<fleet::List>())
    paths.push_back(*one.find("path")->get<std::string>());
  EXPECT_EQ(paths, (Words{"vars/per-machine/barn/old", "vars/per-machine/barn/pair/gone", "vars/shared/ca"}));
  // Somebody who is not known completely may declare them.
  expect("prune", {{"paths", texts(paths)}, {"incomplete", texts({"barn"})}});
  EXPECT_TRUE(fs::exists(fleet_ / "vars/per-machine/barn/old/file/value"));
  // What is declared is no orphan, whoever asks.
  paths.emplace_back("vars/per-machine/barn/pair");
  expect("prune", {{"paths", texts(paths)}});
  EXPECT_FALSE(fs::exists(fleet_ / "vars/per-machine/barn/old"));
  EXPECT_FALSE(fs::exists(fleet_ / "vars/per-machine/barn/pair/gone"));
  EXPECT_TRUE(fs::exists(fleet_ / "vars/per-machine/barn/pair/key/secret"));
}

TEST_F(Secrets, ValuesMoveInAnArchive) {
  expect("generate");
  EXPECT_EQ(request("export").error().code, "VARS85");
  EXPECT_EQ(request("export", {{"recipients", texts({ada()})}, {"storeName", "vault"}}).error().code, "VARS95");
  const auto archive = request("export", {{"recipients", texts({ada()})}});
  ASSERT_TRUE(archive) << archive.error().message;
  const auto text = *archive->find("archive")->get<std::string>();
  const auto made = value("vars/per-machine/barn/pair/key");
  EXPECT_EQ(text.find(made), std::string::npos);
  const auto before = snapshot(fleet_);
  expect("import", {{"archive", text}});
  EXPECT_EQ(snapshot(fleet_), before) << "everything was there";
  expect("generate", {{"regenerate", true}});
  const auto refused = request("import", {{"archive", text}});
  ASSERT_TRUE(refused);
  EXPECT_EQ(problems(*refused).size(), 2u) << "both halves differ";
  EXPECT_NE(value("vars/per-machine/barn/pair/key"), made);
  expect("import", {{"archive", text}, {"replace", true}});
  EXPECT_EQ(value("vars/per-machine/barn/pair/key"), made);
  fs::remove_all(fleet_ / "vars");
  expect("import", {{"archive", text}});
  EXPECT_EQ(value("vars/per-machine/barn/pair/key"), made);
  expect("check");
  expect("generate");
  EXPECT_EQ(value("vars/per-machine/barn/pair/key"), made) << "its hash came along";
  const auto other = request("import", {{"archive", text}, {"machines", fleet::Attrs{}}});
  ASSERT_TRUE(other);
  EXPECT_EQ(other->find("lines")->get<fleet::List>()->size(), 2u) << "nothing declares them";
}

TEST_F(Secrets, SettingKeepsWhomSomebodyLetIn) {
  expect("generate");
  ASSERT_EQ(code("users", "add-secret", {"bob", "per-machine/barn/pair/key"}), "");
  expect("generate", {{"regenerate", true}});
  EXPECT_EQ(valueFor(bobFile_, "vars/per-machine/barn/pair/key"), value("vars/per-machine/barn/pair/key"));
}

TEST_F(Secrets, AMachineGetsAnArchive) {
  expect("generate");
  const auto archive = base_ / "archive.tar";
  std::ofstream(archive) << "";
  FILE* file = fopen(archive.c_str(), "w");
  ASSERT_TRUE(file);
  fleet::Value all = machines();
  all.get<fleet::Attrs>()->find("barn")->get<fleet::Attrs>()->find("pair")->get<fleet::Attrs>()->set(
      "files", fleet::Attrs{{"key", fleet::Attrs{{"neededFor", "activation"}, {"owner", "nobody"}, {"mode", "0440"}}},
                            {"pub", fleet::Attrs{{"secret", false}}}});
  const auto answer =
      request("upload", {{"machine", "barn"}, {"descriptor", std::int64_t{fileno(file)}}, {"machines", all}});
  ASSERT_TRUE(answer) << answer.error().message;
  fclose(file);
  FILE* listing = popen(("tar -tvf '" + archive.string() + "'").c_str(), "r");
  ASSERT_TRUE(listing);
  std::string text(1000, '\0');
  text.resize(fread(text.data(), 1, text.size(), listing));
  EXPECT_EQ(pclose(listing), 0);
  EXPECT_NE(text.find("-r--r----- nobody/root"), std::string::npos) << text;
  EXPECT_NE(text.find("activation/per-machine/barn/pair/key"), std::string::npos) << text;
  EXPECT_NE(text.find("-rw------- root/root"), std::string::npos) << text;
  EXPECT_GT(text.find("key.txt"), text.find("activation/")) << "the key is last";
}

TEST(Archive, GarbledOnesAreRefused) {
  for (const char* text :
       {"", "{", "[]", "{}", R"({"format":"x","version":1})", R"({"format":"fleetd-vars"})",
        R"({"format":"fleetd-vars","version":2})", R"({"format":"fleetd-vars","version":1,"values":[{}]})",
        R"({"format":"fleetd-vars","version":1,"values":[{"path":"a","value":"?"}]})",
        R"({"format":"fleetd-vars","version":1,"values":[{"path":"a\u0041","value":""}]})",
        R"({"format":"fleetd-vars","version":1,"values":[)", R"({"format":"fleetd-vars","version":1} x)",
        R"({"format":"fleetd-vars","version":1,"more":"x"})"}) {
    const auto archive = parseArchive(text);
    ASSERT_FALSE(archive) << text;
    EXPECT_EQ(archive.error().code, "VARS92") << text;
  }
  EXPECT_TRUE(parseArchive(R"( {"version":1, "format":"fleetd-vars", "values":[] , "hashes":[]} )"));
}

}  // namespace

}  // namespace fleetd::vars
