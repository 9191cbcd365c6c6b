// Hashes against published vectors.
#include "kernel/base/hash.hpp"

#include <gtest/gtest.h>

#include "kernel/base/encoding.hpp"

namespace fleetd::base {
namespace {

std::string hexDigest(HashAlgo algo, std::string_view bytes) { return toBase16(*digest(algo, bytes)); }

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

TEST(Hash, SpellingsAreReadAndWritten) {
  const ParsedHash hash{HashAlgo::Sha256, *digest(HashAlgo::Sha256, "")};
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
