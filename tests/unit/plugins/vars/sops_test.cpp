// sops' binary files: round trips, an independent reader, tampering.
#include "plugins/vars/sops/binary_file.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/unit/plugins/vars/support.hpp"

namespace fleetd::vars::sops {
namespace {

constexpr std::string_view kNow = "2026-11-27T08:00:00Z";

struct Sops : ToolTest {
  void SetUp() override {
    ToolTest::SetUp();
    auto made = age::generateIdentity();
    ASSERT_TRUE(made.ok());
    identity = *std::move(made);
  }
  std::string sealed(std::string_view plain) const {
    auto out = encryptFile(age::view(plain), {&identity.recipient, 1}, kNow);
    EXPECT_TRUE(out.ok());
    return *std::move(out);
  }
  age::Identity identity;
};

TEST_F(Sops, RoundTrips) {
  for (const std::string& plain : {std::string(), std::string("a"), contentOf(5000)}) {
    const auto back = decryptFile(sealed(plain), {&identity, 1});
    ASSERT_TRUE(back.ok()) << back.error().message;
    EXPECT_EQ(back->text(), plain);
  }
}

TEST_F(Sops, Recipients) {
  auto other = age::generateIdentity();
  ASSERT_TRUE(other.ok());
  const age::Recipient both[] = {identity.recipient, other->recipient};
  const auto text = encryptFile(age::view("x"), both, kNow);
  ASSERT_TRUE(text.ok());
  const auto names = recipientsOf(*text);
  ASSERT_TRUE(names.ok());
  EXPECT_EQ(names->size(), 2U);
  for (const auto* one : {&identity, &*other}) EXPECT_TRUE(decryptFile(*text, {one, 1}).ok());
}

TEST_F(Sops, TheValueIsBoundToItsPlaceAndItsTime) {
  auto json = nlohmann::ordered_json::parse(sealed("content"));
  auto other = nlohmann::ordered_json::parse(sealed("another"));
  auto moved = json;
  moved["data"] = other["data"];
  EXPECT_FALSE(decryptFile(moved.dump(), {&identity, 1}).ok());
  auto later = json;
  later["sops"]["lastmodified"] = "2027-01-01T00:00:00Z";
  EXPECT_FALSE(decryptFile(later.dump(), {&identity, 1}).ok());
  auto emptied = json;
  emptied["data"] = "";
  const auto result = decryptFile(emptied.dump(), {&identity, 1});
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code, "SOPS03");
}

TEST_F(Sops, WhatIsNoSuchFile) {
  const auto good = nlohmann::ordered_json::parse(sealed("x"));
  EXPECT_FALSE(decryptFile("", {&identity, 1}).ok());
  EXPECT_FALSE(decryptFile("[]", {&identity, 1}).ok());
  EXPECT_FALSE(decryptFile(std::string(200000, '['), {&identity, 1}).ok());
  for (const char* path : {"/data", "/sops", "/sops/mac", "/sops/lastmodified", "/sops/age", "/sops/age/0/enc"})
    for (const auto& value : {nlohmann::ordered_json(), nlohmann::ordered_json(7), nlohmann::ordered_json("x")}) {
      auto bad = good;
      bad[nlohmann::ordered_json::json_pointer(path)] = value;
      EXPECT_FALSE(decryptFile(bad.dump(), {&identity, 1}).ok()) << path << value;
    }
}

TEST_F(Sops, KeysOfOtherKindsAreNamed) {
  auto json = nlohmann::ordered_json::parse(sealed("x"));
  json["sops"]["kms"] = nlohmann::ordered_json::array({{{"arn", "x"}, {"enc", "x"}}});
  const auto names = recipientsOf(json.dump());
  ASSERT_FALSE(names.ok());
  EXPECT_EQ(names.error().code, "SOPS04");
  EXPECT_NE(names.error().message.find("kms"), std::string::npos);
  json["sops"]["pgp"] = nullptr;
  json["sops"]["kms"] = nlohmann::ordered_json::array();
  EXPECT_TRUE(recipientsOf(json.dump()).ok());
}

// Older releases of sops write more members; they do not matter.
TEST_F(Sops, MembersOfOlderReleases) {
  auto json = nlohmann::ordered_json::parse(sealed("old"));
  json["sops"]["unencrypted_suffix"] = "_unencrypted";
  json["sops"]["version"] = "3.7.3";
  for (const char* kind : {"kms", "gcp_kms", "azure_kv", "hc_vault", "pgp"}) json["sops"][kind] = nullptr;
  const auto back = decryptFile(json.dump(), {&identity, 1});
  ASSERT_TRUE(back.ok()) << back.error().message;
  EXPECT_EQ(back->text(), "old");
}

// The format's other half, by other people's code: the age tool opens the key, python3-cryptography the value.
constexpr const char* kReader = R"(
import base64, hashlib, json, re, subprocess, sys
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
doc = json.load(open("file.json"))
meta = doc["sops"]
key = subprocess.run(["age", "-d", "-i", "key"], input=meta["age"][0]["enc"].encode(), stdout=subprocess.PIPE, check=True).stdout
def opened(text, aad):
    d, i, t, kind = re.match(r"^ENC\[AES256_GCM,data:(.+),iv:(.+),tag:(.+),type:(.+)\]", text).groups()
    assert kind == "str"
    b = base64.b64decode
    return AESGCM(key).decrypt(b(i), b(d) + b(t), aad.encode())
plain = opened(doc["data"], "data:")
assert opened(meta["mac"], meta["lastmodified"]).decode() == hashlib.sha512(plain).hexdigest().upper()
open("plain", "wb").write(plain)
)";

TEST_F(Sops, AnIndependentReader) {
  if (!has("age") || !run("python3 -c 'import cryptography'"))
    GTEST_SKIP() << "age or python3-cryptography is not installed";
  const std::string plain = contentOf(3000);
  const auto key = age::identityText(identity);
  ASSERT_TRUE(key.ok());
  write("key", std::string(key->text()) + "\n");
  write("reader.py", kReader);
  write("file.json", sealed(plain));
  ASSERT_TRUE(run("python3 reader.py"));
  EXPECT_EQ(read("plain"), plain);
}

TEST_F(Sops, TheRealOne) {
  if (!has("sops")) GTEST_SKIP() << "sops is not installed";
  const auto key = age::identityText(identity);
  ASSERT_TRUE(key.ok());
  write("key", std::string(key->text()) + "\n");
  write("ours.json", sealed("ours"));
  ASSERT_TRUE(run("SOPS_AGE_KEY_FILE=key sops -d --input-type json --output-type binary ours.json > plain"));
  EXPECT_EQ(read("plain"), "ours");
  write("plain", "theirs");
  ASSERT_TRUE(
      run("sops -e --age " + identity.recipient.text + " --input-type binary --output-type json plain > theirs"));
  const auto back = decryptFile(read("theirs"), {&identity, 1});
  ASSERT_TRUE(back.ok()) << back.error().message;
  EXPECT_EQ(back->text(), "theirs");
}

}  // namespace
}  // namespace fleetd::vars::sops
