// Hashes against published vectors.
#include "kernel/base/hash.hpp"

#include <gtest/gtest.h>

#include "kernel/base/encoding.hpp"

namespace fleetd::base {
namespace {

std::string hexDigest(HashAlgo algo, std::string_view bytes) { return toBase16(digest(algo, bytes)); }

TEST(Hash, Blake2b) {
  // b2sum -l 256
  EXPECT_EQ(blake2b("").hex(), "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8");
  EXPECT_EQ(blake2b("abc").hex(), "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
  EXPECT_EQ(Blake2b().update("a").update("bc").finish(), blake2b("abc"));
  EXPECT_EQ(Blake2b().finish(), blake2b(""));
}

TEST(Hash, FieldsKeepTheirBorders) {
  EXPECT_NE(Blake2b().field("a").field("bc").finish(), Blake2b().field("ab").field("c").finish());
  EXPECT_EQ(Blake2b().field("ab").finish(), blake2b(std::string_view("\x02\0\0\0\0\0\0\0ab", 10)));
  EXPECT_LT(Hash256{}, blake2b(""));
}

TEST(Hash, NixAlgorithms) {
  EXPECT_EQ(hexDigest(HashAlgo::Md5, "abc"), "900150983cd24fb0d6963f7d28e17f72");
  EXPECT_EQ(hexDigest(HashAlgo::Sha1, "abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(hexDigest(HashAlgo::Sha256, "abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hexDigest(HashAlgo::Sha512, "abc").substr(0, 32), "ddaf35a193617abacc417349ae204131");
  for (const char* name : {"md5", "sha1", "sha256", "sha512"}) EXPECT_EQ(hashName(*hashFromName(name)), name);
  EXPECT_FALSE(hashFromName("sha3"));
}

// Every length around the borders of blocks: the digest of the digests, computed with Python's hashlib.
TEST(Hash, NixAlgorithmsOfAllLengths) {
  const auto all = [](HashAlgo algo) {
    std::string digests, text;
    for (int n = 0; n <= 200; ++n) {
      digests += digest(algo, text);
      text += static_cast<char>(static_cast<unsigned char>(n * 7));
    }
    return hexDigest(algo, digests);
  };
  EXPECT_EQ(all(HashAlgo::Md5), "eb350bfbf075326c945ddb60048458ac");
  EXPECT_EQ(all(HashAlgo::Sha1), "df60a30b3e6a69f55cf09284e4e125194738c0de");
  EXPECT_EQ(all(HashAlgo::Sha256), "c43614ca86d050b81500ab839e2b7e83381ef396e722c27d3e537ab57268e893");
  EXPECT_EQ(all(HashAlgo::Sha512).substr(0, 32), "2013a25fbe74f4274fac653001cdca79");
}

TEST(Hash, SpellingsAreReadAndWritten) {
  const ParsedHash hash{HashAlgo::Sha256, digest(HashAlgo::Sha256, "")};
  EXPECT_EQ(formatHash(hash, HashFormat::Sri), "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
  for (const HashFormat format : {HashFormat::Base16, HashFormat::Nix32, HashFormat::Base64}) {
    const std::string digits = formatHash(hash, format);
    EXPECT_EQ(parseHash(digits, HashAlgo::Sha256)->bytes, hash.bytes);
    EXPECT_EQ(parseHash("sha256:" + digits)->bytes, hash.bytes);
    EXPECT_FALSE(parseHash(digits)) << "the algorithm is unknown";
    EXPECT_FALSE(parseHash("sha256:" + digits, HashAlgo::Sha512)) << "contradiction";
  }
  EXPECT_EQ(parseHash(formatHash(hash, HashFormat::Sri))->bytes, hash.bytes);
  for (const char* bad : {"", "sha256:", "sha256-", "sha256-47DEQpj8", "sha9:00", ":00", "-",
                          "sha256-e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"})
    EXPECT_FALSE(parseHash(bad)) << bad;
}

}  // namespace
}  // namespace fleetd::base
