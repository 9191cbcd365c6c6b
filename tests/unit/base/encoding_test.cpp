// Encodings against published vectors, and round trips.
#include "kernel/base/encoding.hpp"

#include <gtest/gtest.h>

#include <random>

namespace fleetd::base {
namespace {

TEST(Encoding, Base64Vectors) {  // RFC 4648
  const std::pair<const char*, const char*> vectors[] = {{"", ""},
                                                         {"f", "Zg=="},
                                                         {"fo", "Zm8="},
                                                         {"foo", "Zm9v"},
                                                         {"foob", "Zm9vYg=="},
                                                         {"fooba", "Zm9vYmE="},
                                                         {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : vectors) {
    EXPECT_EQ(toBase64(bytes), text);
    EXPECT_EQ(fromBase64(text), bytes);
  }
}

TEST(Encoding, Base16) {
  EXPECT_EQ(toBase16(std::string_view("\x00\x7f\xff", 3)), "007fff");
  EXPECT_EQ(fromBase16("007FfF"), std::string("\x00\x7f\xff", 3));
}

TEST(Encoding, Nix32OfAKnownHash) {
  // nix-hash --type sha256 --to-base32 of the SHA-256 of the empty string
  const auto bytes = fromBase16("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  ASSERT_TRUE(bytes);
  EXPECT_EQ(toNix32(*bytes), "0mdqa9w1p6cmli6976v4wi0sw9r4p5prkj7lzfd1877wk11c9c73");
  EXPECT_EQ(fromNix32("0mdqa9w1p6cmli6976v4wi0sw9r4p5prkj7lzfd1877wk11c9c73"), bytes);
}

TEST(Encoding, RoundTrips) {
  std::mt19937 random(7);  // NOLINT(cert-msc51-cpp): reproducible on purpose
  for (std::size_t size = 0; size < 70; ++size) {
    std::string bytes;
    for (std::size_t i = 0; i < size; ++i) bytes += static_cast<char>(random() & 0xFF);
    EXPECT_EQ(fromBase16(toBase16(bytes)), bytes);
    EXPECT_EQ(fromBase64(toBase64(bytes)), bytes);
    EXPECT_EQ(fromNix32(toNix32(bytes)), bytes);
  }
}

TEST(Encoding, RefusesWhatItWouldNotWrite) {
  for (const char* bad : {"a", "0g", "0x", " 00"}) EXPECT_FALSE(fromBase16(bad)) << bad;
  for (const char* bad : {"Zg", "Zg=", "Zh==", "Zm9=", "====", "Z===", "Zg==Zg==", "Zm 9", "Zm9v\n"})
    EXPECT_FALSE(fromBase64(bad)) << bad;
  for (const char* bad : {"0", "e0", "zz", "000", "0!"}) EXPECT_FALSE(fromNix32(bad)) << bad;
}

}  // namespace
}  // namespace fleetd::base
