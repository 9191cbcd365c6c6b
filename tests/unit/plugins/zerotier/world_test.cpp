// Planets and moons: sizes and places as the official tool writes them, and signatures that hold.
#include "plugins/common/zerotier/world.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "tests/unit/plugins/zerotier/support.hpp"

namespace fleetd::zerotier {
namespace {

constexpr std::size_t kSignatureAt = 1 + 8 + 8 + 64;

World moon() {
  const Identity root = known();
  return {WorldKind::Moon,
          root.address.bits,
          1795379777912,
          {{root.address, root.publicKey, {*parseEndpoint("192.0.2.1/9993"), *parseEndpoint("2001:db8::1/443")}}}};
}

std::vector<std::uint8_t> signedPart(const std::vector<std::uint8_t>& file) {
  std::vector<std::uint8_t> out(8, 0x7f);
  out.insert(out.end(), file.begin(), file.begin() + kSignatureAt);
  out.insert(out.end(), file.begin() + kSignatureAt + 96, file.end());
  out.insert(out.end(), 8, 0xf7);
  return out;
}

TEST(ZerotierWorld, AMoon) {
  const Identity signer = known();
  const auto file = encodeWorld(moon(), signer);
  ASSERT_TRUE(file.ok());
  ASSERT_EQ(file->size(), 278U);
  EXPECT_EQ(hexOf(View(*file).first(17)), "7f000000a60eb79636000001a204f95178");
  EXPECT_EQ(hexOf(View(*file).subspan(177, 7)), "01a60eb7963600");
  EXPECT_EQ(hexOf(View(*file).last(30)),
            "000204c00002012709"
            "0620010db8000000000000000000000001"
            "01bb"
            "0000");
  EXPECT_TRUE(verify(signer.publicKey, signedPart(*file), View(*file).subspan(kSignatureAt, 96)));
}

TEST(ZerotierWorld, APlanetHasNoEnd) {
  World world = moon();
  world.kind = WorldKind::Planet;
  const auto file = encodeWorld(world, known());
  ASSERT_TRUE(file.ok());
  EXPECT_EQ(file->size(), 276U);
  EXPECT_EQ(file->front(), 1);
  EXPECT_TRUE(verify(known().publicKey, signedPart(*file), View(*file).subspan(kSignatureAt, 96)));
}

TEST(ZerotierWorld, RootsAreSorted) {
  World world = moon();
  world.roots.push_back({{1}, {}, {}});
  const auto file = encodeWorld(world, known());
  ASSERT_TRUE(file.ok());
  EXPECT_EQ(hexOf(View(*file).subspan(177, 6)), "020000000001");
}

TEST(ZerotierWorld, EndpointsAreSortedAsTheOfficialToolDoes) {
  World world = moon();
  world.roots[0].endpoints = {*parseEndpoint("2001:db8::2/443"), *parseEndpoint("192.0.2.1/2"),
                              *parseEndpoint("192.0.2.1/256"), *parseEndpoint("1.0.0.2/2"),
                              *parseEndpoint("2001:db8::1/443")};
  const auto read = decodeWorld(*encodeWorld(world, known()));
  ASSERT_TRUE(read.ok());
  const std::vector<Endpoint> expected{*parseEndpoint("192.0.2.1/256"), *parseEndpoint("192.0.2.1/2"),
                                       *parseEndpoint("1.0.0.2/2"), *parseEndpoint("2001:db8::1/443"),
                                       *parseEndpoint("2001:db8::2/443")};
  EXPECT_EQ(read->world.roots[0].endpoints, expected);
}

TEST(ZerotierWorld, IsReadBack) {
  const auto file = *encodeWorld(moon(), known());
  const auto read = decodeWorld(file);
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(read->world.id, 0xa60eb79636U);
  EXPECT_EQ(read->world.timestamp, 1795379777912U);
  EXPECT_EQ(read->world.roots[0].publicKey, known().publicKey);
  EXPECT_EQ(read->key, known().publicKey);
  EXPECT_EQ(*encodeWorld(read->world, known()), file);
  EXPECT_EQ(*worldBytes(worldText(file) + "\n"), file);
}

TEST(ZerotierWorld, NoByteMayBeAnother) {
  const auto file = *encodeWorld(moon(), known());
  for (std::size_t i = 0; i < file.size(); ++i) {
    auto other = file;
    other[i] ^= 1;
    EXPECT_EQ(decodeWorld(other).error().code, "ZT08") << i;
    EXPECT_EQ(decodeWorld(View(file).first(i)).error().code, "ZT08") << i;
  }
  auto longer = file;
  longer.push_back(0);
  EXPECT_FALSE(decodeWorld(longer).ok());
  EXPECT_FALSE(worldBytes("\xfd"
                          "f/8")
                   .ok());
  for (const char* bad : {"", "!", "AAAA=", "fwAA AAAA"}) {
    const auto bytes = worldBytes(bad);
    EXPECT_FALSE(bytes.ok() && decodeWorld(*bytes).ok()) << bad;
  }
}

TEST(ZerotierWorld, WhatCannotBeWritten) {
  World world = moon();
  world.roots.resize(5);
  EXPECT_EQ(encodeWorld(world, known()).error().code, "ZT06");
  world.roots.clear();
  EXPECT_EQ(encodeWorld(world, known()).error().code, "ZT06");
  EXPECT_EQ(encodeWorld(moon(), *parseIdentity(kPublic)).error().code, "ZT02");
  world = moon();
  world.roots[0].endpoints.resize(33, *parseEndpoint("192.0.2.1"));
  EXPECT_EQ(encodeWorld(world, known()).error().code, "ZT06");
}

TEST(ZerotierWorld, Endpoints) {
  EXPECT_EQ(parseEndpoint("10.99.0.1")->port, 9993) << "a root with port 0 is never reached";
  EXPECT_EQ(parseEndpoint("fd99::1/1")->ip.size(), 16U);
  for (const char* bad : {"", "/9993", "10.99.0.1/", "10.99.0.1/0", "10.99.0.1/65536", "10.99.0.1/99x", "10.99.0",
                          "10.99.0.1.2", "10.99.0.256", "10.99.00.1", "gate.example.org/9993", "::1/9993/1"})
    EXPECT_FALSE(parseEndpoint(bad).ok()) << bad;
}

}  // namespace
}  // namespace fleetd::zerotier
