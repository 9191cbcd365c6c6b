// Text, keys and signatures of identities.
#include "plugins/common/zerotier/identity.hpp"

#include <algorithm>
#include <cstring>

#include <sodium.h>

namespace fleetd::zerotier {

namespace {

constexpr std::uint8_t kWork = 17;  // the first byte of the digest is less
constexpr std::size_t kAddressDigits = 10, kKeyDigits = 128;
constexpr std::string_view kType = ":0:";

fleet::Error malformed(std::string message) {
  return error("ZT02", "this is no ZeroTier identity: " + std::move(message),
               "identities have the form <address>:0:<public key>[:<secret key>]");
}

int digitOf(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

}  // namespace

fleet::Error error(std::string code, std::string message, std::string hint) {
  return {FLEET_E_INVALID_ARGUMENT, std::move(code), {}, std::move(message), std::move(hint), 0};
}

std::string shown(std::string_view text) {
  std::string out = "`";
  for (const char c : text.substr(0, 64)) out += c >= ' ' && c <= '~' ? c : '?';
  return out + "`";
}

void addHex(std::string& out, View bytes) {
  for (const std::uint8_t byte : bytes) (out += "0123456789abcdef"[byte >> 4]) += "0123456789abcdef"[byte & 15];
}

bool fromHex(std::string_view text, std::span<std::uint8_t> out) {
  if (text.size() != out.size() * 2) return false;
  for (std::size_t i = 0; i < out.size(); ++i) {
    const int high = digitOf(text[i * 2]), low = digitOf(text[i * 2 + 1]);
    if (high < 0 || low < 0) return false;
    out[i] = static_cast<std::uint8_t>(high << 4 | low);
  }
  return true;
}

std::string Address::text() const {
  std::string out;
  for (int shift = 36; shift >= 0; shift -= 4) out += "0123456789abcdef"[bits >> shift & 15];
  return out;
}

fleet::Result<Address> parseAddress(std::string_view text) {
  std::uint8_t bytes[5];
  if (!fromHex(text, bytes))
    return error("ZT01", shown(text) + " is no address of a ZeroTier node",
                 "addresses are ten digits out of 0-9 and a-f");
  Address out;
  for (const std::uint8_t byte : bytes) out.bits = out.bits << 8 | byte;
  if (out.isReserved()) return error("ZT01", "no node has the address " + out.text());
  return out;
}

PublicKey publicKeyOf(const std::uint8_t* secret) {
  PublicKey out;
  crypto_scalarmult_base(out.data(), secret);
  std::uint8_t pair[crypto_sign_SECRETKEYBYTES];
  crypto_sign_seed_keypair(out.data() + 32, pair, secret + 32);
  sodium_memzero(pair, sizeof pair);
  return out;
}

std::string Identity::publicText() const {
  std::string out = address.text();
  out += kType;
  addHex(out, publicKey);
  return out;
}

fleet::Result<SecretBytes> Identity::secretText() const {
  if (!hasSecret()) return error("ZT02", "the secret half of the identity is not there");
  const std::string open = publicText() + ":";
  FLEET_TRY_ASSIGN(auto out, SecretBytes::make(kSecretText));
  std::memcpy(out.data(), open.data(), open.size());
  std::uint8_t* to = out.data() + open.size();
  for (const std::uint8_t byte : secret.span()) {
    *to++ = static_cast<std::uint8_t>("0123456789abcdef"[byte >> 4]);
    *to++ = static_cast<std::uint8_t>("0123456789abcdef"[byte & 15]);
  }
  return out;
}

std::array<std::uint8_t, kBinary> Identity::binary() const {
  std::array<std::uint8_t, kBinary> out{};  // type 0 after the address, no secret half at the end
  for (std::size_t i = 0; i < 5; ++i) out[i] = static_cast<std::uint8_t>(address.bits >> (32 - 8 * i));
  std::copy(publicKey.begin(), publicKey.end(), out.begin() + 6);
  return out;
}

fleet::Result<Identity> parseIdentity(std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  if (text.size() != kPublicText && text.size() != kSecretText)
    return malformed("it has " + std::to_string(text.size()) + " characters, not 141 or 270");
  Identity out;
  auto address = parseAddress(text.substr(0, kAddressDigits));
  if (!address) return malformed("no node has such an address");
  out.address = *address;
  text.remove_prefix(kAddressDigits);
  if (!text.starts_with(kType)) return malformed("its type is not 0");
  text.remove_prefix(kType.size());
  if (!fromHex(text.substr(0, kKeyDigits), out.publicKey)) return malformed("the public key is not in hexadecimal");
  text.remove_prefix(kKeyDigits);
  if (text.empty()) return out;
  FLEET_TRY_ASSIGN(out.secret, SecretBytes::make(64));
  if (text[0] != ':' || !fromHex(text.substr(1), {out.secret.data(), out.secret.size()}))
    return malformed("the secret key is not in hexadecimal");
  if (publicKeyOf(out.secret.data()) != out.publicKey)
    return malformed("the secret key does not belong to the public key");
  return out;
}

std::optional<Address> addressOf(const MemoryHash::Digest& digest) {
  if (digest[0] >= kWork) return std::nullopt;
  Address out;
  for (std::size_t i = 59; i < 64; ++i) out.bits = out.bits << 8 | digest[i];
  return out;
}

fleet::Result<void> validate(const Identity& identity, MemoryHash& hash) {
  const auto address = addressOf(hash(identity.publicKey));
  if (!address) return error("ZT03", "the identity of " + identity.address.text() + " lacks the proof of work");
  if (*address != identity.address || address->isReserved())
    return error(
        "ZT03", "the identity says its address is " + identity.address.text() + ", but the key has " + address->text());
  return {};
}

fleet::Result<Identity> readIdentity(std::string_view text) {
  FLEET_TRY_ASSIGN(auto out, parseIdentity(text));
  MemoryHash hash;
  FLEET_TRY(validate(out, hash));
  return out;
}

fleet::Result<Signature> sign(const Identity& identity, View message) {
  if (!identity.hasSecret()) return error("ZT02", "the secret half of the identity is not there");
  std::uint8_t hash[crypto_hash_sha512_BYTES];
  crypto_hash_sha512(hash, message.data(), message.size());
  FLEET_TRY_ASSIGN(auto pair, SecretBytes::make(crypto_sign_SECRETKEYBYTES));
  std::uint8_t publicKey[crypto_sign_PUBLICKEYBYTES];
  crypto_sign_seed_keypair(publicKey, pair.data(), identity.secret.data() + 32);
  Signature out;
  crypto_sign_detached(out.data(), nullptr, hash, 32, pair.data());
  std::copy(hash, hash + 32, out.begin() + 64);
  return out;
}

bool verify(const PublicKey& key, View message, View signature) {
  if (signature.size() != std::tuple_size_v<Signature>) return false;
  std::uint8_t hash[crypto_hash_sha512_BYTES];
  crypto_hash_sha512(hash, message.data(), message.size());
  return std::memcmp(hash, signature.data() + 64, 32) == 0 &&
         crypto_sign_verify_detached(signature.data(), hash, 32, key.data() + 32) == 0;
}

}  // namespace fleetd::zerotier
