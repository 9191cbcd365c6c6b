// The store: transactions, what earlier runs left, readers.
#include "plugins/vars/store/store.hpp"

#include <fstream>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plugins/vars/request.hpp"
#include "plugins/vars/store/disk.hpp"
#include "plugins/vars/store/pending.hpp"
#include "store_support.hpp"

namespace fleetd::vars {

namespace {

TEST(Journal, RoundTrip) {
  const Journal journal{"vars: ada",
                        {{ChangeKind::Put, "vars/shared/a/b/value"}, {ChangeKind::Remove, "sops/users/bob"}}};
  const auto read = readJournal(writeJournal(journal));
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, journal);
}

TEST(Journal, RefusesWhatItDidNotWrite) {
  const std::string good = writeJournal({"m", {{ChangeKind::Put, "vars/a/value"}, {ChangeKind::Remove, "sops/b"}}});
  for (std::size_t i = 0; i < good.size(); ++i) EXPECT_FALSE(readJournal(good.substr(0, i))) << i;
  EXPECT_FALSE(readJournal(good + "x\n"));
  for (const char* path :
       {"/etc/passwd", "vars/../../x", "vars//x", "other/x", "vars", "vars/", "sops/./x", "vars/a\x01"})
    EXPECT_FALSE(readJournal(writeJournal({"m", {{ChangeKind::Put, path}}}))) << path;
}

class Disk : public StoreTest {
 protected:
  void put(const std::string& name) const {
    fs::create_directories((fleet_ / name).parent_path());
    std::ofstream(fleet_ / name) << "1";
  }
};

TEST_F(Disk, Listing) {
  fs::create_directories(fleet_ / "vars/b/c");
  fs::create_directories(fleet_ / "vars/.hidden");
  fs::create_directory_symlink("b", fleet_ / "vars/a");
  put("vars/d");
  const std::string vars = fleet_ / "vars";
  EXPECT_EQ(*disk::namesIn(vars), (std::vector<std::string>{"a", "b", "d"}));
  EXPECT_EQ(*disk::directoriesIn(vars), std::vector<std::string>{"b"});
  EXPECT_TRUE(disk::directoriesIn(vars + "/none")->empty());
  EXPECT_FALSE(disk::directoriesIn(vars + "/d"));
  fs::create_symlink("nowhere", fleet_ / "vars/e");
  EXPECT_FALSE(disk::namesIn(vars + "/e"));
}

#ifdef O_NOATIME
// A look at values writes nothing, not even that somebody looked: with thousands of them that would take longer than
// all else.
TEST_F(Disk, ALookLeavesNoTimeBehind) {
  put("vars/a/b/value");
  const std::string file = fleet_ / "vars/a/b/value", directory = fleet_ / "vars/a/b";
  const timespec old[2] = {{1000, 0}, {2000, 0}};  // such a time of access is brought up to date in any case
  for (const std::string& path : {file, directory}) ASSERT_EQ(::utimensat(AT_FDCWD, path.c_str(), old, 0), 0);
  EXPECT_TRUE(disk::read(file));
  EXPECT_TRUE(disk::namesIn(directory));
  EXPECT_TRUE(disk::directoriesWith(fleet_, "vars", [](const auto&, const auto&) { return true; }));
  for (const std::string& path : {file, directory}) {
    struct stat info {};
    ASSERT_EQ(::stat(path.c_str(), &info), 0);
    EXPECT_EQ(info.st_atim.tv_sec, 1000) << path;
  }
}
#endif

class Transactions : public StoreTest {};

TEST_F(Transactions, AllOrNothing) {
  Transaction one(fleet_);
  one.write("vars/a/value", "1");
  one.write("vars/b/value", "2");
  one.link("vars/b/users/ada", "sops/users/ada");
  ASSERT_TRUE(one.commit("first"));
  EXPECT_EQ(fs::read_symlink(fleet_ / "vars/b/users/ada"), "../../../sops/users/ada");
  const auto before = snapshot(fleet_ / "vars");
  // The last of them cannot be: a directory is in its place.
  fs::create_directories(fleet_ / "vars/d/value");
  one.write("vars/a/value", "3");
  one.remove("vars/b");
  one.write("vars/c/value", "4");
  one.write("vars/d/value", "5");
  const auto failed = one.commit("second");
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, "VARS30");
  EXPECT_EQ(snapshot(fleet_ / "vars"), before);
  EXPECT_FALSE(fs::exists(fleet_ / "vars/c"));
  EXPECT_TRUE(one.empty());
}

TEST_F(Transactions, LinksAreNotWrittenThrough) {
  fs::create_directories(base_ / "elsewhere");
  fs::create_directories(fleet_ / "vars");
  fs::create_directory_symlink(base_ / "elsewhere", fleet_ / "vars/shared");
  Transaction one(fleet_);
  one.write("vars/shared/a/value", "1");
  const auto done = one.commit("m");
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, "VARS39");
  EXPECT_TRUE(fs::is_empty(base_ / "elsewhere"));
}

TEST_F(Transactions, NothingOutsideOfTheStore) {
  for (const char* path : {"../x", "flake.nix", "vars/../flake.nix"}) {
    Transaction one(fleet_);
    one.write(path, "1");
    EXPECT_FALSE(one.commit("m")) << path;
  }
}

TEST_F(Transactions, ADamagedRecordIsSaid) {
  fs::create_directories(fleet_ / ".fleetd-pending");
  std::ofstream(fleet_ / ".fleetd-pending/journal") << "put ../../etc/passwd\n";
  const auto done = request("keygen");
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, "VARS38");
  EXPECT_NE(done.error().hint.find(".fleetd-pending"), std::string::npos);
}

TEST_F(Transactions, APendingDirectoryThatIsALinkIsRefused) {
  fs::create_directory_symlink("/tmp", fleet_ / ".fleetd-pending");
  const auto done = request("keygen");
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, "VARS39");
}

class Sessions : public StoreTest {
 protected:
  static std::size_t commitsOf(const fleet::Value& answer) {
    const auto* commits = answer.find("commits");
    return commits && commits->get<fleet::List>() ? commits->get<fleet::List>()->size() : 0;
  }
  bool isLocked() const {
    const int fd = ::open(fleet_.c_str(), O_RDONLY);
    const bool locked = ::flock(fd, LOCK_EX | LOCK_NB) != 0;
    ::close(fd);
    return locked;
  }
};

TEST_F(Sessions, TheLockIsHeldUntilItIsCommitted) {
  const auto answer = request("keygen");
  ASSERT_TRUE(answer);
  EXPECT_EQ(commitsOf(*answer), 1u);
  EXPECT_TRUE(isLocked());
  end();
  EXPECT_FALSE(isLocked());
  EXPECT_FALSE(fs::exists(fleet_ / ".fleetd-pending"));
}

TEST_F(Sessions, WhatWasNotCommittedIsAskedForAgain) {
  expect("keygen");
  ASSERT_TRUE(request("generate"));
  end(false);
  // Even by somebody who only looks.
  const auto answer = request("check");
  ASSERT_TRUE(answer);
  ASSERT_EQ(commitsOf(*answer), 1u);
  EXPECT_NE(answer->find("resumed"), nullptr);
  const auto& commit = answer->find("commits")->get<fleet::List>()->front();
  EXPECT_EQ(*commit.find("message")->get<std::string>(), "vars: update via generator pair (machine: barn)");
  EXPECT_GE(commit.find("files")->get<fleet::List>()->size(), 5u);
  end();
  EXPECT_EQ(commitsOf(*request("check")), 0u);
}

TEST_F(Sessions, OneCommitForARun) {
  expect("keygen");
  fleet::Attrs many;
  for (const char* name : {"a", "b", "c", "d", "e"}) many.set(name, fleet::Attrs{{"pair", pair()}});
  const auto answer = request("generate", {{"machines", many}});
  ASSERT_TRUE(answer);
  EXPECT_EQ(commitsOf(*answer), 1u);
  end();
}

class ReadersTest : public StoreTest {
 protected:
  std::vector<std::string> recipients(const std::string& directory) const {
    const std::string text = contentOfFile(fleet_ / directory / "secret");
    std::vector<std::string> out;
    for (std::size_t at = 0; (at = text.find("\"recipient\": \"", at)) != std::string::npos; ++at)
      out.push_back(text.substr(at + 14, 62));
    return out;
  }
  void addUser(const std::string& name, const std::string& json) const {
    fs::create_directories(fleet_ / "sops/users" / name);
    std::ofstream(fleet_ / "sops/users" / name / "key.json") << json;
  }
};

TEST_F(ReadersTest, DefaultGroupsReadAMachinesOwnKey) {
  expect("keygen");
  const auto bob = age::generateIdentity();
  addUser("bob", keyJson(bob->recipient));
  fs::create_directories(fleet_ / "sops/groups/admins/users");
  fs::create_symlink("../../../users/bob", fleet_ / "sops/groups/admins/users/bob");
  const fleet::Attrs groups{{"machineGroups", fleet::Attrs{{"barn", fleet::List{"admins"}}}}};
  expect("generate", groups);
  EXPECT_EQ(recipients("sops/secrets/barn-age.key").size(), 2u);
  EXPECT_TRUE(fs::is_symlink(fleet_ / "sops/secrets/barn-age.key/groups/admins"));
}

TEST_F(ReadersTest, AMachinesKeyIsLookedAfterToo) {
  expect("keygen");
  expect("generate");
  const auto bob = age::generateIdentity();
  addUser("bob", keyJson(bob->recipient));
  fs::create_symlink("../../../users/bob", fleet_ / "sops/secrets/barn-age.key/users/bob");
  const auto found = request("check");
  ASSERT_TRUE(found);
  ASSERT_EQ(problems(*found).size(), 1u);
  EXPECT_NE(problems(*found)[0].find("sops/secrets/barn-age.key"), std::string::npos);
  expect("fix");
  expect("check");
}

TEST_F(ReadersTest, GroupsOfOneMachineReadNothingOfAnother) {
  expect("keygen");
  const auto bob = age::generateIdentity();
  addUser("bob", keyJson(bob->recipient));
  fs::create_directories(fleet_ / "sops/groups/admins/users");
  fs::create_symlink("../../../users/bob", fleet_ / "sops/groups/admins/users/bob");
  expect("generate", {{"machineGroups", fleet::Attrs{{"silo", fleet::List{"admins"}}}}});
  EXPECT_FALSE(fs::exists(fleet_ / "vars/per-machine/barn/pair/key/groups/admins"));
}

// One key of another kind concerns what its owner reads, and nothing else.
TEST_F(ReadersTest, AKeyThatCannotBeUsed) {
  expect("keygen");
  addUser("pgp", R"([{"publickey": "85D0", "type": "pgp"}])");
  expect("generate");
  expect("check");
  fs::create_symlink("../../../../../../sops/users/pgp", fleet_ / "vars/per-machine/barn/pair/key/users/pgp");
  const auto found = request("check");
  ASSERT_TRUE(found);
  ASSERT_EQ(problems(*found).size(), 1u);
  EXPECT_NE(problems(*found)[0].find("sops/users/pgp/key.json"), std::string::npos) << problems(*found)[0];
  const auto before = snapshot(fleet_);
  const auto fixed = request("fix");
  ASSERT_TRUE(fixed);
  EXPECT_EQ(problems(*fixed).size(), 1u);
  EXPECT_EQ(snapshot(fleet_), before) << "nobody may be shut out";
}

TEST_F(ReadersTest, ADirectoryThatCannotBeReadIsNotEmpty) {
  expect("keygen");
  expect("generate");
  const fs::path users = fleet_ / "vars/per-machine/barn/pair/key/users";
  fs::remove_all(users);
  std::ofstream(users) << "no directory";  // which stops root, too
  const auto names = disk::namesIn(users);
  ASSERT_FALSE(names);
  EXPECT_EQ(names.error().code, "VARS30");
  const auto before = snapshot(fleet_);
  const auto fixed = request("fix");
  ASSERT_TRUE(fixed);
  EXPECT_EQ(problems(*fixed).size(), 1u);
  EXPECT_EQ(snapshot(fleet_), before);
}

TEST_F(ReadersTest, ALinkThatLeadsNowhereIsNoMissingValue) {
  expect("keygen");
  expect("generate");
  const fs::path secret = fleet_ / "vars/per-machine/barn/pair/key/secret";
  for (const char* target : {"nowhere", "secret"}) {
    fs::remove(secret);
    fs::create_symlink(target, secret);
    const auto found = request("check");
    ASSERT_TRUE(found);
    ASSERT_EQ(problems(*found).size(), 1u);
    EXPECT_NE(problems(*found)[0].find("cannot read"), std::string::npos);
    expect("generate");
    EXPECT_TRUE(fs::is_symlink(secret)) << "it was made anew";
  }
}

TEST_F(ReadersTest, APublicHalfThatIsGoneComesBack) {
  expect("keygen");
  expect("generate");
  const std::string before = contentOfFile(fleet_ / "sops/machines/barn/key.json");
  fs::remove_all(fleet_ / "sops/machines/barn");
  expect("generate", {{"regenerate", true}});
  EXPECT_EQ(contentOfFile(fleet_ / "sops/machines/barn/key.json"), before);
}

TEST_F(ReadersTest, HiddenFilesAreNobody) {
  expect("keygen");
  std::ofstream(fleet_ / "sops/users/.gitkeep") << "";
  expect("generate");
  std::ofstream(fleet_ / "vars/per-machine/barn/pair/key/users/.gitkeep") << "";
  expect("check");
}

TEST_F(ReadersTest, AKeyIsPrivateAndNeverReplaced) {
  expect("keygen");
  const fs::path key = home_ / ".config/sops/age/keys.txt";
  struct stat info {};
  ASSERT_EQ(::stat(key.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  const std::string before = contentOfFile(key);
  EXPECT_FALSE(disk::writePrivate(key, "", "x"));
  EXPECT_EQ(contentOfFile(key), before);
  EXPECT_EQ(snapshot(home_).size(), 1u);
}

TEST(CommitMessage, NamesWhatWasDone) {
  EXPECT_EQ(commitMessage({"one"}), "one");
  EXPECT_EQ(commitMessage({"a", "b"}), "vars: 2 changes\n\na\nb");
  const std::string many = commitMessage(std::vector<std::string>(300, "x"));
  EXPECT_TRUE(many.ends_with("and 200 more")) << many;
}

}  // namespace

}  // namespace fleetd::vars
