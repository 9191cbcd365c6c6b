// moon.json: what the official tool printed for an identity, with a key nobody uses; and what is none.
#include "plugins/common/zerotier/moon_file.hpp"

#include <gtest/gtest.h>

#include "tests/unit/plugins/zerotier/support.hpp"

namespace fleetd::zerotier {
namespace {

constexpr std::string_view kMoon = R"({
 "id": "0a802446f8",
 "objtype": "world",
 "roots": [
  {
   "identity": "0a802446f8:0:9062a12114e0fd542d736fc13eee7754609f72cf7d6d9acc0914252971db767f87cd6a3c34f171227739518f3fe0cf981f1284d4e37f77d93534aa15f7ff3ed6",
   "stableEndpoints": []
  }
 ],
 "signingKey": "c0fe4055c37c20ca3ed144e867bf3dbf9a231a0bbd1e9e61183eede940403024f5f0338ddef11c11f863715b038ff8b127d543607a9e2e2b089238016bbb5b2d",
 "signingKey_SECRET": "f9c3f4d278a675d0abac7e18e6d483a485cdc2cd40845e0497ecb54bbc9842c98552561b647509d009eb5100a17e1b987cef0800a4623d668746b6045d7b0ab6",
 "updatesMustBeSignedBy": "c0fe4055c37c20ca3ed144e867bf3dbf9a231a0bbd1e9e61183eede940403024f5f0338ddef11c11f863715b038ff8b127d543607a9e2e2b089238016bbb5b2d",
 "worldType": "moon"
}
)";

std::string with(std::string_view before, std::string_view after) {
  std::string out(kMoon);
  const auto at = out.find(before);
  EXPECT_NE(at, std::string::npos) << before;
  return out.replace(at, before.size(), after);
}

TEST(ZerotierMoonFile, OfTheOfficialTool) {
  const auto moon = readMoonFile(kMoon);
  ASSERT_TRUE(moon.ok()) << moon.error().message;
  EXPECT_EQ(moon->id.text(), "0a802446f8");
  EXPECT_EQ(hexOf(View(moon->signer.publicKey).first(4)), "c0fe4055");
  EXPECT_EQ(moon->signer.secret.size(), 64U);
}

TEST(ZerotierMoonFile, WithoutBlanksAndInAnotherOrder) {
  std::string text = with("\"objtype\"", "\"note\": [\"id\", {\"id\": \"x\", \"a\": \"\\\"}\"}],\"objtype\"");
  std::erase_if(text, [](char c) { return c == ' ' || c == '\n'; });
  EXPECT_TRUE(readMoonFile(text).ok());
}

TEST(ZerotierMoonFile, New) {
  CountingRandom random;
  const auto text = newMoonFile(known(), random);
  ASSERT_TRUE(text.ok());
  const auto moon = readMoonFile(text->text());
  ASSERT_TRUE(moon.ok()) << moon.error().message;
  EXPECT_EQ(moon->id, known().address);
  std::string expected(kMoon);
  EXPECT_EQ(text->size(), expected.size());
}

TEST(ZerotierMoonFile, WhatIsNone) {
  const std::string planet = with("\"moon\"", "\"planet\""), noId = with("\"0a802446f8\"", "\"0\""),
                    twice = with("\"objtype\"", "\"id\": \"0a802446f8\", \"objtype\""),
                    other = with("f9c3f4d2", "f9c3f4d3"), upper = with("f9c3f4d2", "F9C3F4D2"),
                    shorter = with("f9c3f4d2", "f9c3f4"),
                    updates = with("\"updatesMustBeSignedBy\": \"c0", "\"updatesMustBeSignedBy\": \"c1"),
                    torn = std::string(kMoon.substr(0, kMoon.size() - 3)), more = std::string(kMoon) + "}",
                    deep = std::string(20, '[') + std::string(20, ']'),
                    longer = std::string(kMoon) + std::string(70'000, ' ');
  for (const std::string& bad :
       {std::string(), std::string("{}"), std::string("[]"), std::string("\""), std::string("{\"\\"), planet, noId,
        twice, other, upper, shorter, updates, torn, more, deep, longer}) {
    const auto moon = readMoonFile(bad);
    ASSERT_FALSE(moon.ok()) << bad;
    EXPECT_EQ(moon.error().code, "ZT07");
    EXPECT_EQ(moon.error().message.find("f9c3f4"), std::string::npos) << "the secret is told";
  }
}

}  // namespace
}  // namespace fleetd::zerotier
