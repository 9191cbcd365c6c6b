// age files: round trips, the real age in both directions, and files that were tampered with.
#include "plugins/vars/age/age.hpp"

#include <gtest/gtest.h>

#include "plugins/vars/age/bech32.hpp"
#include "tests/unit/plugins/vars/support.hpp"

namespace fleetd::vars::age {
namespace {

constexpr std::size_t kSizes[] = {0, 1, 65535, 65536, 65537, 131072, 200001};

Identity newIdentity() {
  CountingRandom random;
  auto out = generateIdentity(random);
  EXPECT_TRUE(out.ok());
  return *std::move(out);
}

std::string sealed(std::string_view plain, const Identity& identity) {
  auto out = encrypt(view(plain), {&identity.recipient, 1});
  EXPECT_TRUE(out.ok());
  return *std::move(out);
}

TEST(Bech32, KnownText) {
  // BIP 173
  const auto one = fromBech32("abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw");
  ASSERT_TRUE(one);
  EXPECT_EQ(one->prefix, "abcdef");
  EXPECT_EQ(one->bytes.size(), 20U);
  EXPECT_EQ(toBech32("abcdef", one->bytes), "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw");
}

TEST(Bech32, Refused) {
  for (const char* text : {"", "1", "abcdef1", "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxq",
                           "Abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw", "1qzzfhee",
                           "abc\x7f"
                           "1qpzry9x8g",
                           "li1dgmt3"})
    EXPECT_FALSE(fromBech32(text)) << text;
  EXPECT_FALSE(fromBech32(std::string(5000, 'q')));
}

TEST(Age, RoundTrips) {
  const Identity identity = newIdentity();
  for (const std::size_t size : kSizes) {
    const std::string plain = contentOf(size);
    const auto back = decrypt(sealed(plain, identity), {&identity, 1});
    ASSERT_TRUE(back.ok()) << back.error().message;
    EXPECT_EQ(back->text(), plain) << size;
  }
}

TEST(Age, IdentityAsText) {
  const Identity identity = newIdentity();
  const auto text = identityText(identity);
  ASSERT_TRUE(text.ok());
  const auto again = parseIdentity(text->text());
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->recipient.text, identity.recipient.text);
}

TEST(Age, Armor) {
  const Identity identity = newIdentity();
  const std::string text = armor(sealed("a secret", identity));
  const auto back = decrypt(text, {&identity, 1});
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(back->text(), "a secret");
}

TEST(Age, BrokenArmor) {
  const std::string good = armor(contentOf(100));
  ASSERT_TRUE(unarmor("\n" + good + "  \n").ok());
  for (const auto& text :
       {std::string(), good.substr(0, good.size() / 2), good + "x", "x" + good,
        good.substr(0, 40) + "\n" + good.substr(40), std::string("-----BEGIN AGE ENCRYPTED FILE-----\n")})
    EXPECT_FALSE(unarmor(text).ok()) << text;
}

TEST(Age, SomebodyElse) {
  const Identity identity = newIdentity();
  auto other = generateIdentity();
  ASSERT_TRUE(other.ok());
  const auto back = decrypt(sealed("x", identity), {&*other, 1});
  ASSERT_FALSE(back.ok());
  EXPECT_EQ(back.error().code, "AGE06");
}

// Every single byte matters.
TEST(Age, AnyChangeIsNoticed) {
  const Identity identity = newIdentity();
  const std::string good = sealed("the content", identity);
  for (std::size_t i = 0; i < good.size(); ++i)
    for (const char change : {'\x01', '\x20', '\x80'}) {
      std::string bad = good;
      bad[i] = static_cast<char>(bad[i] ^ change);
      EXPECT_FALSE(decrypt(bad, {&identity, 1}).ok())
          << i << " " << good.substr(i, 3) << " becomes " << bad.substr(i, 3);
    }
  for (std::size_t size = 0; size < good.size(); ++size)
    EXPECT_FALSE(decrypt(good.substr(0, size), {&identity, 1}).ok());
  EXPECT_FALSE(decrypt(good + "x", {&identity, 1}).ok());
}

TEST(Age, ChunksCannotBeLeftOutOrSwapped) {
  const Identity identity = newIdentity();
  const std::string good = sealed(contentOf(3 * 65536), identity);
  const std::size_t chunk = 65536 + 16, begin = good.size() - 3 * chunk;
  EXPECT_FALSE(decrypt(good.substr(0, begin + 2 * chunk), {&identity, 1}).ok());
  EXPECT_FALSE(decrypt(good.substr(0, begin) + good.substr(begin + chunk), {&identity, 1}).ok());
  EXPECT_FALSE(decrypt(good.substr(0, begin) + good.substr(begin + chunk, chunk) + good.substr(begin, chunk) +
                           good.substr(begin + 2 * chunk),
                       {&identity, 1})
                   .ok());
}

TEST(Age, KeysThatCannotBeUsed) {
  for (const char* text :
       {"", "age1", "ssh-rsa AAAA", "ssh-ed25519 AAAA", "ssh-ed25519", "age1yubikey1qwertz", "-----"})
    EXPECT_FALSE(parseRecipient(text).ok()) << text;
  for (const char* text : {"", "AGE-SECRET-KEY-1", "AGE-PLUGIN-YUBIKEY-1", "age1qqqq"})
    EXPECT_FALSE(parseIdentity(text).ok()) << text;
  EXPECT_FALSE(parseIdentityFile("# nothing\n\n").ok());
  const auto bad = parseIdentityFile("# key\nAGE-SECRET-KEY-1X\n");
  ASSERT_FALSE(bad.ok());
  EXPECT_NE(bad.error().message.find("line 2"), std::string::npos);
}

TEST(Age, NobodyToEncryptFor) { EXPECT_FALSE(encrypt(view("x"), {}).ok()); }

class AgeTool : public ToolTest {};

TEST_F(AgeTool, ReadsOurFilesAndWeReadIts) {
  if (!has("age")) GTEST_SKIP() << "age is not installed";
  const Identity identity = newIdentity();
  const auto key = identityText(identity);
  ASSERT_TRUE(key.ok());
  write("key", std::string(key->text()) + "\n");
  for (const std::size_t size : kSizes) {
    const std::string plain = contentOf(size);
    write("ours.age", sealed(plain, identity));
    ASSERT_TRUE(run("age -d -i key -o theirs.txt ours.age"));
    EXPECT_EQ(read("theirs.txt"), plain);
    write("plain", plain);
    for (const char* form : {"", "-a "}) {
      ASSERT_TRUE(run("age " + std::string(form) + "-r " + identity.recipient.text + " -o theirs.age plain"));
      const auto back = decrypt(read("theirs.age"), {&identity, 1});
      ASSERT_TRUE(back.ok()) << back.error().message;
      EXPECT_EQ(back->text(), plain);
    }
  }
}

TEST_F(AgeTool, ItsKeysAreOurs) {
  if (!has("age-keygen")) GTEST_SKIP() << "age-keygen is not installed";
  ASSERT_TRUE(run("age-keygen -o key"));
  const auto keys = parseIdentityFile(read("key"));
  ASSERT_TRUE(keys.ok()) << keys.error().message;
  ASSERT_TRUE(run("age-keygen -y key > public"));
  EXPECT_EQ(read("public"), keys->front().recipient.text + "\n");
}

TEST_F(AgeTool, SshKeys) {
  if (!has("age") || !has("ssh-keygen")) GTEST_SKIP() << "age or ssh-keygen is not installed";
  ASSERT_TRUE(run("ssh-keygen -q -t ed25519 -N '' -C me -f id"));
  const auto keys = parseIdentityFile(read("id"));
  ASSERT_TRUE(keys.ok()) << keys.error().message;
  const auto recipient = parseRecipient(read("id.pub").substr(0, read("id.pub").find('\n')));
  ASSERT_TRUE(recipient.ok()) << recipient.error().message;
  EXPECT_EQ(recipient->text, keys->front().recipient.text);
  const auto ours = encrypt(view("for ssh"), {&*recipient, 1});
  ASSERT_TRUE(ours.ok());
  write("ours.age", *ours);
  ASSERT_TRUE(run("age -d -i id -o plain ours.age"));
  EXPECT_EQ(read("plain"), "for ssh");
  ASSERT_TRUE(run("printf theirs | age -R id.pub -o theirs.age"));
  const auto back = decrypt(read("theirs.age"), *keys);
  ASSERT_TRUE(back.ok()) << back.error().message;
  EXPECT_EQ(back->text(), "theirs");
}

TEST_F(AgeTool, SshKeysWithAPassphraseAreNamed) {
  if (!has("ssh-keygen")) GTEST_SKIP() << "ssh-keygen is not installed";
  ASSERT_TRUE(run("ssh-keygen -q -t ed25519 -N secret -f id"));
  const auto keys = parseIdentityFile(read("id"));
  ASSERT_FALSE(keys.ok());
  EXPECT_NE(keys.error().message.find("passphrase"), std::string::npos);
}

}  // namespace
}  // namespace fleetd::vars::age
