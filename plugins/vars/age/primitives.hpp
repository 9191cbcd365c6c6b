// What age is made of: HKDF-SHA-256, ChaCha20-Poly1305, X25519, base64 (https://age-encryption.org/v1). All of it is
// libsodium's.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/common/random.hpp"
#include "plugins/common/secret_bytes.hpp"

namespace fleetd::vars::age {

using Bytes = std::vector<std::uint8_t>;
using View = std::span<const std::uint8_t>;
using Key = std::array<std::uint8_t, 32>;

inline View view(std::string_view text) { return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}; }

using fleetd::Random;
using fleetd::systemRandom;

fleet::Error error(std::string code, std::string message, std::string hint = {});

void hmac(View key, std::initializer_list<View> data, Key& out);
// The first 32 bytes. `out` is a secret of its owner.
void hkdf(View secret, View salt, std::string_view info, std::uint8_t out[32]);

inline constexpr std::size_t kTag = 16;
// `out` has room for plain.size() + kTag bytes.
void seal(const std::uint8_t key[32], const std::uint8_t nonce[12], View plain, std::uint8_t* out);
// `out` has room for sealed.size() - kTag bytes. False: it is not what was sealed.
bool open(const std::uint8_t key[32], const std::uint8_t nonce[12], View sealed, std::uint8_t* out);

// False for a point of low order.
bool multiply(const std::uint8_t scalar[32], const std::uint8_t point[32], std::uint8_t out[32]);
void multiplyBase(const std::uint8_t scalar[32], std::uint8_t out[32]);

// Standard alphabet, canonical; `padded` with '=' to a multiple of four.
std::string base64(View bytes, bool padded);
std::optional<Bytes> fromBase64(std::string_view text, bool padded);

}  // namespace fleetd::vars::age
