// fleetd's own generators, judged by the tools whose files they make.
#include "plugins/vars/generators/builtin.hpp"

#include <gtest/gtest.h>

#include "plugins/common/zerotier/world.hpp"
#include "plugins/vars/generators/ssh_wire.hpp"
#include "tests/unit/plugins/vars/support.hpp"

namespace fleetd::vars {
namespace {

fleet::Value with(std::string generator, fleet::Attrs parameters = {}) {
  parameters.set("generator", std::move(generator));
  return parameters;
}

struct Generators : ToolTest {
  // Makes files and writes them where the tools can look.
  Outputs make(const fleet::Value& builtin, const Inputs& inputs = {}) {
    auto out = generateBuiltin(builtin, inputs, age::systemRandom());
    EXPECT_TRUE(out.ok()) << (out.ok() ? "" : out.error().message);
    if (!out.ok()) return {};
    for (const auto& [file, content] : *out) write(file, content.text());
    return *std::move(out);
  }
  static std::string refusal(const fleet::Value& builtin, const Inputs& inputs = {}) {
    const auto out = generateBuiltin(builtin, inputs, age::systemRandom());
    return out.ok() ? "" : out.error().message + " " + out.error().hint;
  }
  static SecretBytes copy(std::string_view text) { return *SecretBytes::copy(text); }
};

TEST_F(Generators, WhatTheyDoNotKnow) {
  EXPECT_NE(refusal(with("ssh")).find("ssh-key"), std::string::npos);
  EXPECT_NE(refusal(fleet::Attrs{}).find("names no generator"), std::string::npos);
  EXPECT_NE(refusal(with("ssh-key", {{"colour", "red"}})).find("`colour`"), std::string::npos);
  EXPECT_NE(refusal(with("ssh-key", {{"file", 7}})).find("must be a text"), std::string::npos);
  EXPECT_NE(refusal(with("ssh-key", {{"type", "dsa"}})).find("`dsa`"), std::string::npos);
  EXPECT_NE(refusal(with("random", {{"length", 0}})).find("from 1 to"), std::string::npos);
  EXPECT_NE(refusal(with("ssh-certificate", {{"principals", "web"}})).find("list of texts"), std::string::npos);
  EXPECT_NE(refusal(with("nix-key")).find("needs a name"), std::string::npos);
}

TEST_F(Generators, SshKeys) {
  if (!has("ssh-keygen")) GTEST_SKIP() << "ssh-keygen is not installed";
  for (const auto& builtin : {with("ssh-key", {{"file", "id"}, {"comment", "me"}}),
                              with("ssh-key", {{"file", "id"}, {"type", "rsa"}, {"bits", 2048}, {"comment", "me"}})}) {
    make(builtin);
    ASSERT_TRUE(run("ssh-keygen -y -f id > derived && ssh-keygen -l -f id.pub"));
    const std::string ours = read("id.pub"), theirs = read("derived");
    EXPECT_EQ(ours.substr(0, ours.rfind(' ')), theirs.substr(0, ours.rfind(' ')));
    EXPECT_TRUE(ours.ends_with(" me\n"));
  }
}

TEST_F(Generators, SshKeysAreReadBack) {
  const auto files = make(with("ssh-key", {{"file", "id"}}));
  const auto key = age::readSshPrivateKey(files.at("id").text());
  ASSERT_TRUE(key.ok());
  EXPECT_EQ(sshPublicKeyText("ssh-ed25519", key->wire, ""), files.at("id.pub").text());
  for (const char* bad :
       {"", "-----BEGIN OPENSSH PRIVATE KEY-----\n", "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END"})
    EXPECT_FALSE(age::readSshPrivateKey(bad).ok());
}

TEST_F(Generators, SshCertificates) {
  if (!has("ssh-keygen")) GTEST_SKIP() << "ssh-keygen is not installed";
  Inputs inputs;
  auto ca = make(with("ssh-key", {{"file", "ca"}})), host = make(with("ssh-key", {{"file", "host"}}));
  inputs.files.emplace("openssh-ca/ca", copy(ca.at("ca").text()));
  inputs.files.emplace("openssh/host.pub", copy(host.at("host.pub").text()));
  const fleet::Attrs parameters{{"ca", "openssh-ca/ca"},
                                {"file", "host-cert.pub"},
                                {"identity", "web"},
                                {"key", "openssh/host.pub"},
                                {"principals", fleet::List{"web.example.org", "web.lan"}}};
  make(with("ssh-certificate", parameters), inputs);
  ASSERT_TRUE(run("ssh-keygen -L -f host-cert.pub > shown"));
  const std::string shown = read("shown");
  for (const char* text : {"host certificate", "Key ID: \"web\"", "web.example.org", "web.lan", "Valid: forever"})
    EXPECT_NE(shown.find(text), std::string::npos) << text << "\n" << shown;
  ASSERT_TRUE(run("ssh-keygen -l -f ca.pub > ca && grep -q \"$(cut -d' ' -f2 ca)\" shown"));
  fleet::Attrs nobody = parameters;
  nobody.set("principals", fleet::List{});
  EXPECT_NE(refusal(with("ssh-certificate", nobody), inputs).find("any name"), std::string::npos);
  EXPECT_NE(refusal(with("ssh-certificate", parameters)).find("openssh-ca/ca"), std::string::npos);
}

TEST_F(Generators, Passwords) {
  const auto one = make(with("password", {{"file", "p"}, {"hash", "h"}}));
  const std::string phrase(one.at("p").text());
  EXPECT_EQ(std::count(phrase.begin(), phrase.end(), '-'), 5);
  EXPECT_TRUE(one.at("h").text().starts_with("$y$"));
  EXPECT_NE(make(with("password", {{"file", "p"}})).at("p").text(), phrase);
  EXPECT_TRUE(make(with("password", {{"hash", "h"}, {"method", "sha512"}})).at("h").text().starts_with("$6$"));
  EXPECT_TRUE(make(with("password", {{"hash", "h"}, {"method", "bcrypt"}})).at("h").text().starts_with("$2b$"));
  EXPECT_NE(refusal(with("password", {{"hash", "h"}, {"method", "md5"}})).find("md5"), std::string::npos);
}

TEST_F(Generators, PasswordsPeopleChose) {
  Inputs inputs;
  inputs.prompts.emplace("p", copy("chosen"));
  const auto files = make(with("password", {{"file", "p"}, {"hash", "h"}}), inputs);
  EXPECT_EQ(files.at("p").text(), "chosen");
  if (!run("python3 -c 'import crypt'")) GTEST_SKIP() << "python's crypt is not there";
  EXPECT_TRUE(
      run("python3 -W ignore -c 'import crypt; h = open(\"h\").read(); assert crypt.crypt(\"chosen\", h) == h'"));
}

TEST_F(Generators, RandomTexts) {
  EXPECT_EQ(make(with("random", {{"length", 40}})).at("secret").size(), 40U);
  const std::string hex(make(with("random", {{"form", "hex"}, {"length", 64}})).at("secret").text());
  EXPECT_EQ(hex.find_first_not_of("0123456789abcdef"), std::string::npos);
  EXPECT_EQ(make(with("random", {{"form", "base64"}, {"length", 32}})).at("secret").size(), 44U);
  const std::string own(make(with("random", {{"alphabet", "xy"}, {"length", 100}})).at("secret").text());
  EXPECT_EQ(own.find_first_not_of("xy"), std::string::npos);
  EXPECT_NE(own.find('x'), std::string::npos);
  EXPECT_NE(own.find('y'), std::string::npos);
}

TEST_F(Generators, WireguardKeys) {
  const auto files = make(with("wireguard-key", {{"preshared", "psk"}}));
  const auto secret = age::fromBase64(files.at("privatekey").text(), true);
  const auto open = age::fromBase64(files.at("publickey").text(), true);
  ASSERT_TRUE(secret && open);
  EXPECT_EQ((*secret)[0] & 7, 0);
  EXPECT_EQ((*secret)[31] & 192, 64);
  EXPECT_EQ(age::fromBase64(files.at("psk").text(), true)->size(), 32U);
  if (!has("wg")) GTEST_SKIP() << "wg is not installed";
  ASSERT_TRUE(run("wg pubkey < privatekey > derived"));
  EXPECT_EQ(read("derived"), std::string(files.at("publickey").text()) + "\n");
}

TEST_F(Generators, OnionServices) {
  const auto files = make(with("onion-service", {{"public", "pub"}}));
  EXPECT_EQ(files.at("hs_ed25519_secret_key").size(), 96U);
  const std::string name(files.at("hostname").text());
  EXPECT_EQ(name.size(), 56 + 7U);
  EXPECT_TRUE(name.ends_with("d.onion\n"));  // the version, 3, ends every address in d
  if (!has("python3")) GTEST_SKIP() << "python3 is not installed";
  EXPECT_TRUE(run(R"(python3 -c '
import base64, hashlib
a = base64.b32decode(open("hostname").read()[:56].upper())
assert a[34:] == bytes([3]) and a[32:34] == hashlib.sha3_256(b".onion checksum" + a[:32] + bytes([3])).digest()[:2]
assert a[:32] == open("pub", "rb").read()[32:]
')"));
}

TEST_F(Generators, NixKeys) {
  const auto files = make(with("nix-key", {{"name", "cache.example.org-1"}}));
  const std::string secret(files.at("key").text()), open(files.at("pub").text());
  EXPECT_TRUE(secret.starts_with("cache.example.org-1:"));
  const auto pair = age::fromBase64(secret.substr(20), true), point = age::fromBase64(open.substr(20), true);
  ASSERT_TRUE(pair && point && pair->size() == 64);
  EXPECT_TRUE(std::equal(point->begin(), point->end(), pair->begin() + 32));
}

TEST_F(Generators, SyncthingDevices) {
  const auto files = make(with("syncthing-device"));
  const std::string id(files.at("id").text());
  EXPECT_EQ(id.size(), 63U);
  EXPECT_EQ(std::count(id.begin(), id.end(), '-'), 7);
  if (!has("openssl") || !has("python3")) GTEST_SKIP() << "openssl or python3 is not installed";
  ASSERT_TRUE(
      run("openssl x509 -in cert -outform der -out der && openssl x509 -in cert -noout -subject | grep -q syncthing"));
  ASSERT_TRUE(run("test \"$(openssl pkey -in key -pubout)\" = \"$(openssl x509 -in cert -noout -pubkey)\""));
  // The id without its checks is the hash of the certificate.
  EXPECT_TRUE(run(R"(python3 -c '
import base64, hashlib
i = open("id").read().replace("-", "")
d = "".join(i[k:k + 13] for k in range(0, 56, 14))
assert base64.b32decode(d + "====") == hashlib.sha256(open("der", "rb").read()).digest()
')"));
}

TEST_F(Generators, BorgClients) {
  const auto files = make(with("borg-client"));
  EXPECT_TRUE(files.contains("borgbackup.ssh") && files.contains("borgbackup.ssh.pub"));
  EXPECT_FALSE(files.at("borgbackup.repokey").text().empty());
}

TEST_F(Generators, KnownTexts) {
  EXPECT_EQ(make(with("text", {{"file", "suffix"}, {"text", "a:b"}})).at("suffix").text(), "a:b");
}

TEST_F(Generators, AgeKeys) {
  const auto files = make(with("age-key"));
  if (!has("age-keygen")) GTEST_SKIP() << "age-keygen is not installed";
  ASSERT_TRUE(run("age-keygen -y key > derived"));
  EXPECT_EQ(read("derived"), std::string(files.at("pub").text()) + "\n");
}

TEST_F(Generators, ZerotierNodesAndNetworks) {
  Inputs inputs;
  auto identity = make(with("zerotier-identity"));
  const std::string text(identity.at("identity-secret").text());
  inputs.files.emplace("gate/identity-secret", copy(text));
  const fleet::Attrs ofGate{{"controller", "gate/identity-secret"}};
  auto network = make(with("zerotier-network", ofGate), inputs);
  const std::string id(network.at("network-id").text());
  EXPECT_EQ(id.size(), 16U);
  EXPECT_EQ(id.substr(0, 10), text.substr(0, 10)) << "the network belongs to another controller";
  EXPECT_NE(id, make(with("zerotier-network", ofGate), inputs).at("network-id").text());

  // A known node in a known network: what clan has on disk.
  const std::string_view known =
      "a60eb79636:0:8a02ab43393f4cd4500e84231fd7e6e21e7edc2f0a47cc86678cf3fb28312b645e4534df1aca57fc2c832e08b7e16f9feb10"
      "1f821c9a21ee36b41ad373e08b33:02af390578496ce38a17fc2eda8dbf3e155dfb47ff582ac2a566c98c9bd93acbad1bab0f8fc3cbb0dd40c6"
      "dba29623af0c5366fae8e7c7e3ee17b832e74c5c78";
  inputs.files.insert_or_assign("node/identity-secret", copy(known));
  inputs.files.insert_or_assign("vpn/network-id", copy("db4344343b14b903"));
  const fleet::Attrs ofNode{{"identity", "node/identity-secret"}, {"network", "vpn/network-id"}};
  EXPECT_EQ(make(with("zerotier-address", ofNode), inputs).at("ip").text(), "fddb:4344:343b:14b9:399:93a6:eb7:9636");
  inputs.files.insert_or_assign("vpn/network-id", copy("db4344343b14b903\n"));
  EXPECT_EQ(refusal(with("zerotier-address", ofNode), inputs), "");

  inputs.files.insert_or_assign("vpn/network-id", copy("0123"));
  EXPECT_NE(refusal(with("zerotier-address", ofNode), inputs).find("`0123` is no id"), std::string::npos);
  std::string wrong(known);
  wrong.replace(0, 10, "a60eb79637");
  inputs.files.insert_or_assign("node/identity-secret", copy(wrong));
  EXPECT_NE(refusal(with("zerotier-address", ofNode), inputs).find("but the key has a60eb79636"), std::string::npos);
  inputs.files.insert_or_assign("node/identity-secret", copy(known.substr(0, 141)));
  EXPECT_NE(refusal(with("zerotier-network"), inputs).find("no file of its dependencies"), std::string::npos);
}

TEST_F(Generators, ZerotierMoons) {
  const std::string_view root =
      "a60eb79636:0:8a02ab43393f4cd4500e84231fd7e6e21e7edc2f0a47cc86678cf3fb28312b645e4534df1aca57fc2c832e08b7e16f9feb10"
      "1f821c9a21ee36b41ad373e08b33";
  Inputs inputs;
  inputs.files.emplace("gate/identity-secret", copy(root));
  const auto moon = make(with("zerotier-moon", {{"identity", "gate/identity-secret"}}), inputs);
  const std::string text(moon.at("moon.json").text());
  inputs.files.emplace("moon/moon.json", copy(text));
  fleet::Attrs of{{"identity", "gate/identity-secret"},
                  {"moon", "moon/moon.json"},
                  {"endpoints", fleet::List{"192.0.2.1", "2001:db8::1/443"}}};
  const auto made = make(with("zerotier-world", of), inputs);
  const auto world = zerotier::decodeWorld(*zerotier::worldBytes(made.at("moon").text()));
  ASSERT_TRUE(world.ok()) << world.error().message;
  EXPECT_EQ(world->world.id, 0xa60eb79636U);
  EXPECT_EQ(world->world.roots[0].endpoints[0].port, 9993);
  EXPECT_NE(text.find(std::string("\"signingKey\": \"") +
                      [&] {
                        std::string key;
                        zerotier::addHex(key, world->key);
                        return key;
                      }()),
            std::string::npos);
  // A later one is newer and signed with the same key, so that members take it.
  const auto later =
      zerotier::decodeWorld(*zerotier::worldBytes(make(with("zerotier-world", of), inputs).at("moon").text()));
  EXPECT_GE(later->world.timestamp, world->world.timestamp);
  EXPECT_EQ(later->key, world->key);

  of.set("endpoints", fleet::List{"gate.example.org"});
  EXPECT_NE(refusal(with("zerotier-world", of), inputs).find("no endpoint"), std::string::npos);
  of.set("endpoints", fleet::List{});
  EXPECT_NE(refusal(with("zerotier-world", of), inputs).find("never reached"), std::string::npos);
  of.set("endpoints", fleet::List{"192.0.2.1"});
  std::string other = text;
  other.replace(other.find("a60eb79636"), 10, "0a802446f8");
  inputs.files.insert_or_assign("moon/moon.json", copy(other));
  EXPECT_NE(refusal(with("zerotier-world", of), inputs).find("belongs to the moon 0a802446f8, not to a60eb79636"),
            std::string::npos);
  inputs.files.insert_or_assign("moon/moon.json", copy("{}"));
  EXPECT_NE(refusal(with("zerotier-world", of), inputs).find("no moon.json"), std::string::npos);
}

}  // namespace
}  // namespace fleetd::vars
