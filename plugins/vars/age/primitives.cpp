// libsodium behind the primitives.
#include "plugins/vars/age/primitives.hpp"

#include <algorithm>

#include <sodium.h>

namespace fleetd::vars::age {

namespace {

int variant(bool padded) { return padded ? sodium_base64_VARIANT_ORIGINAL : sodium_base64_VARIANT_ORIGINAL_NO_PADDING; }

}  // namespace

fleet::Error error(std::string code, std::string message, std::string hint) {
  return {FLEET_E_INVALID_ARGUMENT, std::move(code), {}, std::move(message), std::move(hint), 0};
}

void hmac(View key, std::initializer_list<View> data, Key& out) {
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, key.data(), key.size());
  for (const View part : data) crypto_auth_hmacsha256_update(&state, part.data(), part.size());
  crypto_auth_hmacsha256_final(&state, out.data());
  sodium_memzero(&state, sizeof state);
}

void hkdf(View secret, View salt, std::string_view info, std::uint8_t out[32]) {
  static constexpr Key kNoSalt{};
  static constexpr std::uint8_t kFirst[] = {1};
  Key extracted, expanded;
  hmac(salt.empty() ? View(kNoSalt) : salt, {secret}, extracted);
  hmac(extracted, {view(info), View(kFirst)}, expanded);
  for (std::size_t i = 0; i < expanded.size(); ++i) out[i] = expanded[i];
  sodium_memzero(extracted.data(), extracted.size());
  sodium_memzero(expanded.data(), expanded.size());
}

void seal(const std::uint8_t key[32], const std::uint8_t nonce[12], View plain, std::uint8_t* out) {
  crypto_aead_chacha20poly1305_ietf_encrypt(out, nullptr, plain.data(), plain.size(), nullptr, 0, nullptr, nonce, key);
}

bool open(const std::uint8_t key[32], const std::uint8_t nonce[12], View sealed, std::uint8_t* out) {
  if (sealed.size() < kTag) return false;
  return crypto_aead_chacha20poly1305_ietf_decrypt(out, nullptr, nullptr, sealed.data(), sealed.size(), nullptr, 0,
                                                   nonce, key) == 0;
}

bool multiply(const std::uint8_t scalar[32], const std::uint8_t point[32], std::uint8_t out[32]) {
  return crypto_scalarmult(out, scalar, point) == 0;
}

void multiplyBase(const std::uint8_t scalar[32], std::uint8_t out[32]) { crypto_scalarmult_base(out, scalar); }

std::string base64(View bytes, bool padded) {
  std::string out(sodium_base64_encoded_len(bytes.size(), variant(padded)), '\0');
  sodium_bin2base64(out.data(), out.size(), bytes.data(), bytes.size(), variant(padded));
  out.pop_back();  // the terminator
  return out;
}

std::optional<Bytes> fromBase64(std::string_view text, bool padded) {
  // libsodium takes some bytes above 0x7f for letters.
  if (std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) > 0x7f; }))
    return std::nullopt;
  Bytes out(text.size() / 4 * 3 + 3);
  std::size_t size = 0;
  const char* end = nullptr;
  if (sodium_base642bin(out.data(), out.size(), text.data(), text.size(), nullptr, &size, &end, variant(padded)) != 0 ||
      end != text.data() + text.size())
    return std::nullopt;
  out.resize(size);
  return out;
}

}  // namespace fleetd::vars::age
