// PGP keys by their fingerprints; gpg itself is in the end-to-end tests.
#include "plugins/vars/sops/pgp.hpp"

#include <cstdlib>

#include <gtest/gtest.h>

#include "plugins/vars/age/age.hpp"
#include "plugins/vars/sops/binary_file.hpp"
#include "tests/unit/plugins/vars/support.hpp"

namespace fleetd::vars::sops {
namespace {

constexpr const char* kPrint = "85D77543B3D624B63CEA9E6DBC17301B491B3F21";

struct Pgp : ToolTest {
  void TearDown() override {
    unsetenv("SOPS_GPG_EXEC");
    ToolTest::TearDown();
  }
  // A program that plays gpg.
  void use(const std::string& script) const {
    write("gpg", "#!/bin/sh\n" + script);
    std::filesystem::permissions(path("gpg"), std::filesystem::perms::owner_all);
    setenv("SOPS_GPG_EXEC", path("gpg").c_str(), 1);
  }
  static age::Recipient recipient() {
    auto out = parsePgpRecipient(kPrint);
    EXPECT_TRUE(out.ok());
    return *std::move(out);
  }
};

TEST_F(Pgp, FingerprintsAreWhole) {
  for (const char* text :
       {kPrint, "85d77543b3d624b63cea9e6dbc17301b491b3f21", "0x85D77543B3D624B63CEA9E6DBC17301B491B3F21",
        "85D7 7543 B3D6 24B6 3CEA  9E6D BC17 301B 491B 3F21"}) {
    const auto key = parsePgpRecipient(text);
    ASSERT_TRUE(key.ok()) << text;
    EXPECT_EQ(key->text, kPrint);
    EXPECT_EQ(key->kind, age::KeyKind::Pgp);
  }
  EXPECT_TRUE(parsePgpRecipient(std::string(64, 'A')).ok());
  for (const std::string& text : {std::string(), std::string("491B3F21"), std::string("BC17301B491B3F21"),
                                  std::string(41, 'A'), std::string(200, 'A'), std::string("ada@example.org"),
                                  std::string("--output=x"), std::string(40, 'G'), std::string(39, 'A') + "\n"})
    EXPECT_EQ(parsePgpRecipient(text).error().code, "PGP01") << text;
}

TEST_F(Pgp, NoAgeFileIsForOne) {
  const auto key = recipient();
  EXPECT_EQ(age::encrypt(age::view("x"), {&key, 1}).error().code, "AGE02");
  age::Identity identity;
  identity.kind = age::KeyKind::Pgp;
  const auto other = age::generateIdentity();
  ASSERT_TRUE(other.ok());
  const auto file = age::encrypt(age::view("x"), {&other->recipient, 1});
  ASSERT_TRUE(file.ok());
  EXPECT_EQ(age::decrypt(*file, {&identity, 1}).error().code, "AGE06");
}

// What a gpg that misbehaves gives is never taken for a key.
TEST_F(Pgp, AProgramThatMisbehaves) {
  const auto key = recipient();
  for (const char* script : {"exit 0", "echo nonsense", "head -c 1000000 /dev/zero", "kill -9 $$", "exit 2"}) {
    use(script);
    const auto sealed = encryptFile(age::view("canary"), {&key, 1}, "2026-11-27T08:00:00Z");
    ASSERT_FALSE(sealed.ok()) << script;
    EXPECT_EQ(sealed.error().code, "PGP03") << script;
  }
  // One that gives the data key as it is, with the right frame: opened again it has to be of the right length.
  use("echo '-----BEGIN PGP MESSAGE-----'; cat >/dev/null");
  const auto sealed = encryptFile(age::view("canary"), {&key, 1}, "2026-11-27T08:00:00Z");
  ASSERT_TRUE(sealed.ok()) << sealed.error().message;
  EXPECT_EQ(sealed->find("canary"), std::string::npos);
  const auto names = recipientsOf(*sealed);
  ASSERT_TRUE(names.ok());
  EXPECT_EQ(*names, std::vector<std::string>{kPrint});
  for (const auto& [script, code] :
       {std::pair{"printf short", "SOPS02"}, std::pair{"head -c 1000000 /dev/zero", "PGP04"},
        std::pair{"echo '[GNUPG:] NO_SECKEY X' >&2; exit 2", "AGE06"},
        std::pair{"echo 'gpg: no\033[2J' >&2; exit 2", "PGP04"},
        std::pair{"printf 0123456789abcdef0123456789abcdef", "SOPS03"}}) {
    use(script);
    const auto opened = decryptFile(*sealed, {});
    ASSERT_FALSE(opened.ok()) << script;
    EXPECT_EQ(opened.error().code, code) << script;
    EXPECT_EQ(opened.error().message.find('\033'), std::string::npos);
  }
  setenv("SOPS_GPG_EXEC", "no-such-program", 1);
  EXPECT_EQ(decryptFile(*sealed, {}).error().code, "PGP02");
}

}  // namespace
}  // namespace fleetd::vars::sops
