// Identities of ZeroTier nodes: a pair of X25519 and Ed25519 keys, and the address that a costly hash gives them.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <fleet/cxx/result.hpp>

#include "plugins/common/random.hpp"
#include "plugins/common/secret_bytes.hpp"
#include "plugins/common/zerotier/memory_hash.hpp"

namespace fleetd::zerotier {

using View = std::span<const std::uint8_t>;
using PublicKey = std::array<std::uint8_t, 64>;  // X25519, Ed25519
using Signature = std::array<std::uint8_t, 96>;  // Ed25519's, then half of the message's hash
inline constexpr std::size_t kPublicText = 141, kSecretText = 270, kBinary = 71;

// 40 bits.
struct Address {
  std::uint64_t bits = 0;
  // What no node may have.
  bool isReserved() const { return bits == 0 || bits >> 32 == 0xff || bits >> 40 != 0; }
  std::string text() const;  // ten digits
  friend bool operator==(const Address&, const Address&) = default;
  friend auto operator<=>(const Address&, const Address&) = default;
};
// Ten lower-case digits, not a reserved address. Errors: ZT01.
fleet::Result<Address> parseAddress(std::string_view text);

struct Identity {
  Address address;
  PublicKey publicKey{};
  SecretBytes secret;  // 64 bytes: the X25519 scalar, Ed25519's seed; empty when only the public half is known

  bool hasSecret() const { return secret.size() != 0; }
  std::string publicText() const;
  // The whole. Errors: there is no secret half (ZT02).
  fleet::Result<SecretBytes> secretText() const;
  std::array<std::uint8_t, kBinary> binary() const;  // the public half
};

// `<address>:0:<public>[:<secret>]`: exact lengths, lower case; one line end is let pass. A secret half must belong to
// the public one. The proof of work is not looked at: see validate(). Errors: ZT02, which never repeats the text.
fleet::Result<Identity> parseIdentity(std::string_view text);
// Whether the address is the one the hash gives, and the work was done. Errors: ZT03.
fleet::Result<void> validate(const Identity& identity, MemoryHash& hash);
// Calls validate() too.
fleet::Result<Identity> readIdentity(std::string_view text);

// The address, when the digest shows enough work.
std::optional<Address> addressOf(const MemoryHash::Digest& digest);
// What `secret` (64 bytes) is the secret half of.
PublicKey publicKeyOf(const std::uint8_t* secret);

// Errors: there is no secret half (ZT02).
fleet::Result<Signature> sign(const Identity& identity, View message);
// Strict: signatures that were altered into other forms of themselves do not count.
bool verify(const PublicKey& key, View message, View signature);

// Tries candidates on all of `threads` cores (0: as many as there are). The result depends on the random bytes alone.
// `stop`, when given, is asked before each candidate. Errors: ZT04 when it said so; no memory that can be locked.
fleet::Result<Identity> generateIdentity(Random& random = systemRandom(), unsigned threads = 0,
                                         bool (*stop)() = nullptr);

fleet::Error error(std::string code, std::string message, std::string hint = {});
// At most 64 characters of foreign text, without what a terminal would act on.
std::string shown(std::string_view text);
void addHex(std::string& out, View bytes);
// Lower case only. False: something else, or not exactly as many digits as `out` needs.
bool fromHex(std::string_view text, std::span<std::uint8_t> out);

}  // namespace fleetd::zerotier
