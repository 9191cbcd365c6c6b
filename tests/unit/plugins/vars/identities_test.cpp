// Keys of other kinds than age's own: behind a passphrase, ssh-rsa, of plugins. The real age and ssh-keygen are the
// other side where they are installed.
#include <algorithm>

#include <gtest/gtest.h>

#include "plugins/vars/age/age.hpp"
#include "plugins/vars/age/bech32.hpp"
#include "plugins/vars/age/passphrase.hpp"
#include "plugins/vars/age/plugin.hpp"
#include "plugins/vars/sops/binary_file.hpp"
#include "tests/unit/plugins/vars/support.hpp"

#ifndef FAKE_AGE_PLUGIN
#error "the build names the plugin"
#endif

namespace fleetd::vars::age {
namespace {

constexpr std::string_view kPassphrase = "correct horse";
constexpr unsigned kLittleWork = 10;

struct Passphrase : ToolTest {
  // Runs a command on a terminal of its own and types a line whenever it waits.
  bool typed(const std::string& command, std::string_view line) const {
    write("typed.py",
          "import os, pty, select, sys, time\n"
          "pid, fd = pty.fork()\n"
          "if pid == 0: os.execvp('sh', ['sh', '-c', sys.argv[1]])\n"
          "end = time.time() + 60\n"
          "seen = b''\n"
          "while time.time() < end:\n"
          "    if not select.select([fd], [], [], 1)[0]: continue\n"
          "    try: data = os.read(fd, 1000)\n"
          "    except OSError: break\n"
          "    if not data: break\n"
          "    seen += data\n"
          "    if seen.rstrip().endswith(b':'): os.write(fd, sys.argv[2].encode() + b'\\n'); seen = b''\n"
          "sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))\n");
    return run("python3 typed.py '" + command + "' '" + std::string(line) + "' >/dev/null");
  }
};

TEST_F(Passphrase, RoundTrip) {
  const auto file = encryptWithPassphrase(view("secret"), view(kPassphrase), kLittleWork);
  ASSERT_TRUE(file.ok());
  EXPECT_TRUE(wantsPassphrase(*file));
  EXPECT_TRUE(wantsPassphrase(armor(*file)));
  for (const auto& text : {*file, armor(*file)}) {
    const auto back = decryptWithPassphrase(text, view(kPassphrase));
    ASSERT_TRUE(back.ok()) << back.error().message;
    EXPECT_EQ(back->text(), "secret");
  }
  EXPECT_EQ(decryptWithPassphrase(*file, view("wrong")).error().code, "AGE06");
  const auto identity = generateIdentity();
  EXPECT_EQ(decrypt(*file, {&*identity, 1}).error().code, "AGE06");
}

TEST_F(Passphrase, Refused) {
  const std::string file = *encryptWithPassphrase(view("secret"), view(kPassphrase), kLittleWork);
  const std::size_t work = file.find(" 10\n");
  ASSERT_NE(work, std::string::npos);
  for (const char* other : {" 23\n", " 99\n"}) {
    std::string changed = file;
    changed.replace(work, 4, other);
    EXPECT_EQ(decryptWithPassphrase(changed, view(kPassphrase)).error().code, "AGE09") << other;
  }
  for (const char* other : {" 010\n", " +10\n", " -1\n", " 0\n", " 1a\n", "\n", " 10 10\n", " 100\n"}) {
    std::string changed = file;
    changed.replace(work, 4, other);
    EXPECT_EQ(decryptWithPassphrase(changed, view(kPassphrase)).error().code, "AGE04") << other;
  }
  for (std::size_t i = 0; i < file.size(); i += 3) {
    std::string changed = file;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_FALSE(decryptWithPassphrase(changed, view(kPassphrase)).ok()) << i;
    EXPECT_FALSE(decryptWithPassphrase(file.substr(0, i), view(kPassphrase)).ok()) << i;
  }
}

TEST_F(Passphrase, TheRealAge) {
  if (!has("age") || !has("python3")) GTEST_SKIP() << "age or python3 is not installed";
  write("ours.age", *encryptWithPassphrase(view("from us"), view(kPassphrase), kLittleWork));
  ASSERT_TRUE(typed("age -d -o ours ours.age", kPassphrase));
  EXPECT_EQ(read("ours"), "from us");
  write("plain", "from age");
  ASSERT_TRUE(typed("age -p -o theirs.age plain", kPassphrase));
  const auto back = decryptWithPassphrase(read("theirs.age"), view(kPassphrase));
  ASSERT_TRUE(back.ok()) << back.error().message;
  EXPECT_EQ(back->text(), "from age");
}

struct SshRsa : ToolTest {
  void SetUp() override {
    ToolTest::SetUp();
    if (!has("ssh-keygen")) GTEST_SKIP() << "ssh-keygen is not installed";
    ASSERT_TRUE(run("ssh-keygen -q -t rsa -b 2048 -N '' -C 'ada on barn' -f key"));
    auto identities = parseIdentityFile(read("key"));
    ASSERT_TRUE(identities.ok()) << identities.error().message;
    ASSERT_EQ(identities->size(), 1u);
    identity = std::move(identities->front());
    auto parsed = parseRecipient(read("key.pub").substr(0, read("key.pub").size() - 1));
    ASSERT_TRUE(parsed.ok()) << parsed.error().message;
    recipient = *std::move(parsed);
  }
  Identity identity;
  Recipient recipient;
};

TEST_F(SshRsa, RoundTrip) {
  EXPECT_EQ(identity.recipient.text, recipient.text);
  const auto file = encrypt(view("secret"), {&recipient, 1});
  ASSERT_TRUE(file.ok()) << file.error().message;
  const auto back = decrypt(*file, {&identity, 1});
  ASSERT_TRUE(back.ok()) << back.error().message;
  EXPECT_EQ(back->text(), "secret");
  // Somebody else's key, and a stanza that was changed.
  ASSERT_TRUE(run("ssh-keygen -q -t rsa -b 2048 -N '' -f other"));
  const auto other = parseIdentityFile(read("other"));
  EXPECT_EQ(decrypt(*file, *other).error().code, "AGE06");
  const std::size_t body = file->find('\n', file->find("-> ssh-rsa")) + 5;
  for (std::size_t i = 0; i < 300; i += 41) {
    std::string changed = *file;
    changed[body + i] = changed[body + i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(decrypt(changed, {&identity, 1}).ok()) << i;
  }
}

TEST_F(SshRsa, TheRealAge) {
  if (!has("age")) GTEST_SKIP() << "age is not installed";
  write("ours.age", *encrypt(view("from us"), {&recipient, 1}));
  ASSERT_TRUE(run("age -d -i key -o ours ours.age"));
  EXPECT_EQ(read("ours"), "from us");
  write("plain", "from age");
  ASSERT_TRUE(run("age -R key.pub -o theirs.age plain"));
  const auto back = decrypt(read("theirs.age"), {&identity, 1});
  ASSERT_TRUE(back.ok()) << back.error().message;
  EXPECT_EQ(back->text(), "from age");
}

TEST_F(SshRsa, InASopsFile) {
  const auto text = sops::encryptFile(view("secret"), {&recipient, 1}, "2026-11-27T08:00:00Z");
  ASSERT_TRUE(text.ok());
  const auto back = sops::decryptFile(*text, {&identity, 1});
  ASSERT_TRUE(back.ok()) << back.error().message;
  EXPECT_EQ(back->text(), "secret");
}

TEST_F(SshRsa, Refused) {
  ASSERT_TRUE(run("ssh-keygen -q -t rsa -b 1024 -N '' -f small"));
  EXPECT_EQ(parseIdentityFile(read("small")).error().code, "AGE03");
  EXPECT_EQ(parseRecipient(read("small.pub")).error().code, "AGE02");
  ASSERT_TRUE(run("ssh-keygen -q -t rsa -b 2048 -N 'a passphrase' -f locked"));
  const auto locked = parseIdentityFile(read("locked"));
  ASSERT_FALSE(locked.ok());
  EXPECT_NE(locked.error().message.find("passphrase"), std::string::npos);
  const std::string good = read("key");
  for (std::size_t i = 0; i < good.size(); i += 7) {
    std::string changed = good;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    static_cast<void>(parseIdentityFile(changed));  // a value or an error, and no crash
    if (i <= good.find("-----END")) {
      EXPECT_FALSE(parseIdentityFile(good.substr(0, i)).ok());
    }
  }
}

struct Plugin : ToolTest {
  void SetUp() override {
    ToolTest::SetUp();
    if (!has("python3")) GTEST_SKIP() << "python3 is not installed";
    std::filesystem::copy(FAKE_AGE_PLUGIN, path("age-plugin-fake"));
    std::filesystem::permissions(path("age-plugin-fake"), std::filesystem::perms::owner_all);
    before = std::getenv("PATH");
    setenv("PATH", (directory_.string() + ":" + before).c_str(), 1);
    setInteraction({});
  }
  void TearDown() override {
    if (!before.empty()) setenv("PATH", before.c_str(), 1);
    setInteraction({});
    ToolTest::TearDown();
  }
  static Bytes keyOf(std::uint8_t mode) {
    Bytes out(16);
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<std::uint8_t>(i * 13);
    out[0] = mode;
    return out;
  }
  static std::string recipientText(std::uint8_t mode) { return toBech32("age1fake", keyOf(mode)); }
  static std::string identityTextOf(std::uint8_t mode) {
    std::string out = toBech32("age-plugin-fake-", keyOf(mode));
    std::transform(out.begin(), out.end(), out.begin(), [](char c) { return static_cast<char>(std::toupper(c)); });
    return out;
  }
  static fleet::Result<std::string> sealed(std::uint8_t mode) {
    const auto recipient = parseRecipient(recipientText(mode));
    EXPECT_TRUE(recipient.ok());
    return encrypt(view("secret"), {&*recipient, 1});
  }
  static fleet::Result<SecretBytes> opened(std::string_view file, std::uint8_t mode) {
    const auto identities = parseIdentityFile(identityTextOf(mode));
    EXPECT_TRUE(identities.ok());
    return decrypt(file, *identities);
  }
  std::string before;
};

TEST_F(Plugin, RoundTrip) {
  const auto file = sealed(0);
  ASSERT_TRUE(file.ok()) << file.error().message;
  EXPECT_NE(file->find("-> fake arg\n"), std::string::npos);
  const auto back = opened(*file, 0);
  ASSERT_TRUE(back.ok()) << back.error().message;
  EXPECT_EQ(back->text(), "secret");
  EXPECT_FALSE(opened(*file, 9).ok()) << "another key";
}

TEST_F(Plugin, TheRealAge) {
  if (!has("age")) GTEST_SKIP() << "age is not installed";
  write("ours.age", *sealed(0));
  write("key", identityTextOf(0) + "\n");
  ASSERT_TRUE(run("age -d -i key -o ours ours.age"));
  EXPECT_EQ(read("ours"), "secret");
  write("plain", "from age");
  ASSERT_TRUE(run("age -r " + recipientText(0) + " -o theirs.age plain"));
  const auto back = opened(read("theirs.age"), 0);
  ASSERT_TRUE(back.ok()) << back.error().message;
  EXPECT_EQ(back->text(), "from age");
}

TEST_F(Plugin, InASopsFile) {
  const auto recipient = parseRecipient(recipientText(0));
  const auto text = sops::encryptFile(view("secret"), {&*recipient, 1}, "2026-11-27T08:00:00Z");
  ASSERT_TRUE(text.ok());
  // Whether or not a comment says whose the identity is.
  for (const std::string& file : {identityTextOf(0), "# public key: " + recipientText(0) + "\n" + identityTextOf(0)}) {
    const auto identities = parseIdentityFile(file);
    ASSERT_TRUE(identities.ok());
    EXPECT_EQ(identities->front().recipient.text.empty(), !file.starts_with('#'));
    const auto back = sops::decryptFile(*text, *identities);
    ASSERT_TRUE(back.ok()) << back.error().message;
    EXPECT_EQ(back->text(), "secret");
  }
}

TEST_F(Plugin, AsksAndTells) {
  std::string told;
  setInteraction({[&](const std::string& plugin, const std::string& text) { told += plugin + ": " + text; },
                  [&](const std::string&, const std::string& question, bool secret) -> fleet::Result<SecretBytes> {
                    told += "[" + question + (secret ? ", secret]" : "]");
                    return SecretBytes::copy(secret ? "1234" : "y");
                  }});
  for (const std::uint8_t mode : Bytes{1, 5}) {
    const auto file = sealed(mode);
    ASSERT_TRUE(file.ok()) << file.error().message;
    const auto back = opened(*file, mode);
    ASSERT_TRUE(back.ok()) << back.error().message;
    EXPECT_EQ(back->text(), "secret");
  }
  EXPECT_NE(told.find("fake: touch it"), std::string::npos) << told;
  EXPECT_NE(told.find("[PIN, secret]"), std::string::npos) << told;
}

TEST_F(Plugin, NobodyToAsk) {
  const auto file = sealed(1);
  ASSERT_TRUE(file.ok());
  const auto back = opened(*file, 1);
  ASSERT_FALSE(back.ok());
  EXPECT_NE(back.error().message.find("wrong PIN"), std::string::npos) << back.error().message;
}

TEST_F(Plugin, Misbehaves) {
  for (const std::uint8_t mode : Bytes{2, 3, 4, 7}) {
    const auto file = sealed(mode);
    ASSERT_FALSE(file.ok()) << int(mode);
    EXPECT_EQ(file.error().code, "AGE10");
    EXPECT_NE(file.error().message.find("age-plugin-fake"), std::string::npos);
    EXPECT_EQ(file.error().message.find('\x1b'), std::string::npos);
  }
  const auto file = sealed(6);
  ASSERT_TRUE(file.ok());
  EXPECT_EQ(opened(*file, 6).error().code, "AGE10");
}

TEST_F(Plugin, NotInstalled) {
  setenv("PATH", "/nowhere", 1);
  const auto file = sealed(0);
  ASSERT_FALSE(file.ok());
  EXPECT_NE(file.error().message.find("age-plugin-fake"), std::string::npos);
  EXPECT_NE(file.error().message.find("not installed"), std::string::npos);
}

TEST(PluginNames, Refused) {
  for (const char* prefix : {"age1../x", "age1a/b"}) EXPECT_FALSE(parseRecipient(toBech32(prefix, Bytes(4))).ok());
  EXPECT_FALSE(isPluginName("../x"));
  EXPECT_FALSE(isPluginName(""));
}

TEST(OtherKinds, AreNamed) {
  const auto pgp = parseIdentityFile("-----BEGIN PGP PRIVATE KEY BLOCK-----\n\n-----END PGP PRIVATE KEY BLOCK-----\n");
  ASSERT_FALSE(pgp.ok());
  EXPECT_NE(pgp.error().message.find("PGP"), std::string::npos) << pgp.error().message;
}

}  // namespace
}  // namespace fleetd::vars::age
