// Hashes: BLAKE2b-256 for our own content addresses, the four algorithms of Nix, and Nix's ways to spell a
// hash.
#pragma once
#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace fleetd::base {

// A BLAKE2b-256 digest. Ordered by bytes, so sorting by it is the same everywhere.
struct Hash256 {
  std::array<std::uint8_t, 32> bytes{};
  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 misreads the generated comparison
  friend auto operator<=>(const Hash256&, const Hash256&) = default;
  std::string_view view() const { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }
  std::string hex() const;
};

Hash256 blake2b(std::string_view bytes);

// Incremental BLAKE2b-256. Parts are simply concatenated; use `field` where the borders must count.
class Blake2b {
 public:
  Blake2b();
  Blake2b& update(std::string_view bytes);
  Blake2b& update(std::uint64_t number);   // 8 bytes, little endian
  Blake2b& field(std::string_view bytes);  // length, then the bytes
  Hash256 finish();                        // once; the object must not be used afterwards

 private:
  alignas(64) std::array<std::byte, 384> state_;
};

enum class HashAlgo : std::uint8_t { Md5, Sha1, Sha256, Sha512 };

std::string_view hashName(HashAlgo algo);  // "sha256"
std::optional<HashAlgo> hashFromName(std::string_view name);
std::size_t digestSize(HashAlgo algo);  // bytes

// The raw digest.
std::string digest(HashAlgo algo, std::string_view bytes);

enum class HashFormat : std::uint8_t { Base16, Nix32, Base64, Sri };

struct ParsedHash {
  HashAlgo algo = HashAlgo::Sha256;
  std::string bytes;
};

// Without an "algo:" prefix except for Sri ("sha256-…").
std::string formatHash(const ParsedHash& hash, HashFormat format);
// Reads "algo:digits", "algo-base64" (SRI) or, when `assumed` names the algorithm, bare digits; base16, Nix32
// or base64 by length. Nothing when the text does not fit or contradicts `assumed`.
std::optional<ParsedHash> parseHash(std::string_view text, std::optional<HashAlgo> assumed = std::nullopt);

}  // namespace fleetd::base

template <>
struct std::hash<fleetd::base::Hash256> {
  std::size_t operator()(const fleetd::base::Hash256& h) const noexcept {
    std::size_t out = 0;
    for (std::size_t i = 0; i < sizeof out; ++i) out = out << 8 | h.bytes[i];
    return out;
  }
};

namespace fleetd {
using base::Hash256;
}  // namespace fleetd
