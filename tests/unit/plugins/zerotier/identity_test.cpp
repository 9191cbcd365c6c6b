// Identities against values of the official implementation.
#include "plugins/common/zerotier/identity.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "tests/unit/plugins/zerotier/support.hpp"

namespace fleetd::zerotier {
namespace {

std::string codeOf(std::string_view text) {
  const auto out = parseIdentity(text);
  return out.ok() ? "" : out.error().code;
}

TEST(ZerotierIdentity, TextAndBack) {
  const auto whole = parseIdentity(knownText());
  ASSERT_TRUE(whole.ok()) << whole.error().message;
  EXPECT_EQ(whole->address.text(), "a60eb79636");
  EXPECT_EQ(whole->publicText(), kPublic);
  EXPECT_EQ(whole->secretText()->text(), knownText());
  const auto open = parseIdentity(std::string(kPublic) + "\n");
  ASSERT_TRUE(open.ok());
  EXPECT_FALSE(open->hasSecret());
  EXPECT_EQ(open->publicKey, whole->publicKey);
  EXPECT_FALSE(open->secretText().ok());
  EXPECT_EQ(hexOf(open->binary()), "a60eb7963600" + std::string(kPublic.substr(13)) + "00");
}

TEST(ZerotierIdentity, TheHash) {
  MemoryHash hash;
  const Identity identity = known();
  EXPECT_EQ(hexOf(hash(identity.publicKey)), kDigest);
  EXPECT_EQ(hexOf(hash(identity.publicKey)), kDigest) << "the memory is used again";
  EXPECT_TRUE(validate(identity, hash).ok());
}

TEST(ZerotierIdentity, WorkAndAddressAreChecked) {
  MemoryHash hash;
  Identity other = known();
  other.address.bits ^= 1;
  EXPECT_EQ(validate(other, hash).error().code, "ZT03");
  // Fifteen of sixteen keys lack the work; the first of this row that does is enough.
  Identity key = known();
  for (int i = 0; i < 200 && addressOf(hash(key.publicKey)); ++i) ++key.publicKey[40];
  const auto refused = validate(key, hash);
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().message.find("proof of work"), std::string::npos);
  MemoryHash::Digest digest{};
  digest[0] = 16;
  digest[63] = 9;
  EXPECT_EQ(addressOf(digest)->text(), "0000000009");
  digest[0] = 17;
  EXPECT_FALSE(addressOf(digest));
}

TEST(ZerotierIdentity, WhatIsRefused) {
  const std::string good = knownText(), open(kPublic);
  const auto changed = [&](std::size_t at, char c) {
    std::string text = good;
    text[at] = c;
    return text;
  };
  const std::string bad[] = {"",
                             good + "0",
                             good + "\n\n",
                             good.substr(0, 269),
                             open + ":",
                             open.substr(0, 140),
                             changed(0, 'A'),
                             changed(0, 'g'),
                             changed(10, ';'),
                             changed(11, '1'),
                             changed(20, 'F'),
                             changed(141, '-'),
                             changed(150, ' '),
                             changed(269, '9'),
                             "0000000000" + good.substr(10),
                             "ff00000001" + good.substr(10),
                             std::string(270, '\0'),
                             std::string(141, '\xff')};
  for (const auto& text : bad) EXPECT_EQ(codeOf(text), "ZT02") << text;
  const auto wrong = parseIdentity(changed(142, '1'));
  ASSERT_FALSE(wrong.ok());
  EXPECT_NE(wrong.error().message.find("does not belong"), std::string::npos);
  EXPECT_EQ(wrong.error().message.find(kSecretHalf.substr(1)), std::string::npos) << "a secret in a message";
}

TEST(ZerotierIdentity, Addresses) {
  EXPECT_EQ(parseAddress("00000000ff")->bits, 255U);
  for (const char* bad : {"", "123456789", "12345678901", "123456789A", "0000000000", "ffffffffff", "12345 7890"})
    EXPECT_FALSE(parseAddress(bad).ok()) << bad;
}

TEST(ZerotierIdentity, Signatures) {
  const Identity identity = known();
  const auto signature = sign(identity, bytesOf("fleetd"));
  ASSERT_TRUE(signature.ok());
  EXPECT_EQ(hexOf(*signature), kSigned);
  EXPECT_TRUE(verify(identity.publicKey, bytesOf("fleetd"), *signature));
  EXPECT_FALSE(verify(identity.publicKey, bytesOf("fleets"), *signature));
  EXPECT_FALSE(verify(identity.publicKey, bytesOf("fleetd"), View(*signature).first(95)));
  for (const std::size_t at : {0U, 31U, 32U, 63U, 64U, 95U}) {
    Signature flipped = *signature;
    flipped[at] ^= 1;
    EXPECT_FALSE(verify(identity.publicKey, bytesOf("fleetd"), flipped)) << at;
  }
  EXPECT_TRUE(verify(identity.publicKey, {}, *sign(identity, {})));
  EXPECT_FALSE(sign(*parseIdentity(kPublic), {}).ok());
}

// S and S + L are the same to a verifier that does not look; ours does.
TEST(ZerotierIdentity, AlteredSignaturesAreRefused) {
  const std::uint8_t order[32] = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7,
                                  0xa2, 0xde, 0xf9, 0xde, 0x14, 0,    0,    0,    0,    0,    0,
                                  0,    0,    0,    0,    0,    0,    0,    0,    0,    0x10};
  const Identity identity = known();
  Signature altered = *sign(identity, bytesOf("fleetd"));
  unsigned carry = 0;
  for (std::size_t i = 0; i < 32; ++i) {
    carry += unsigned{altered[32 + i]} + order[i];
    altered[32 + i] = static_cast<std::uint8_t>(carry);
    carry >>= 8;
  }
  EXPECT_FALSE(verify(identity.publicKey, bytesOf("fleetd"), altered));
}

TEST(ZerotierIdentity, Generated) {
  CountingRandom one, two, other(100);
  const auto first = generateIdentity(one, 1), again = generateIdentity(two, 2), different = generateIdentity(other);
  ASSERT_TRUE(first.ok() && again.ok() && different.ok());
  EXPECT_EQ(first->secretText()->text(), again->secretText()->text()) << "cores make a difference";
  EXPECT_NE(first->address, different->address);
  for (const auto* identity : {&*first, &*different}) {
    const auto back = readIdentity(identity->secretText()->text());
    ASSERT_TRUE(back.ok()) << back.error().message;
    EXPECT_EQ(back->address, identity->address);
    EXPECT_TRUE(verify(back->publicKey, bytesOf("x"), *sign(*identity, bytesOf("x"))));
  }
}

TEST(ZerotierIdentity, GeneratingCanBeStopped) {
  CountingRandom random;
  const auto out = generateIdentity(random, 2, [] { return true; });
  ASSERT_FALSE(out.ok());
  EXPECT_EQ(out.error().code, "ZT04");
}

}  // namespace
}  // namespace fleetd::zerotier
