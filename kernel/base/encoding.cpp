// Byte encodings.
#include "kernel/base/encoding.hpp"

#include <array>
#include <cstdint>

namespace fleetd::base {

namespace {

constexpr std::string_view kBase16 = "0123456789abcdef";
constexpr std::string_view kNix32 = "0123456789abcdfghijklmnpqrsvwxyz";
constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

using Table = std::array<std::int8_t, 256>;

constexpr Table inverse(std::string_view alphabet) {
  Table table{};
  for (auto& entry : table) entry = -1;
  for (std::size_t i = 0; i < alphabet.size(); ++i)
    table[static_cast<unsigned char>(alphabet[i])] = static_cast<std::int8_t>(i);
  return table;
}
constexpr Table withUpperCase(Table table) {
  for (std::size_t c = 'a'; c <= 'f'; ++c) table[c - 'a' + 'A'] = table[c];
  return table;
}
constexpr Table kFromBase16 = withUpperCase(inverse(kBase16));
constexpr Table kFromNix32 = inverse(kNix32);
constexpr Table kFromBase64 = inverse(kBase64);

int digit(const Table& table, char c) { return table[static_cast<unsigned char>(c)]; }
unsigned byteAt(std::string_view bytes, std::size_t i) { return static_cast<unsigned char>(bytes[i]); }
char toChar(unsigned value) { return static_cast<char>(static_cast<unsigned char>(value & 0xFF)); }

}  // namespace

std::string toBase16(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size() * 2);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    out += kBase16[byteAt(bytes, i) >> 4];
    out += kBase16[byteAt(bytes, i) & 15];
  }
  return out;
}

std::optional<std::string> fromBase16(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::string out;
  out.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = digit(kFromBase16, text[i]);
    const int low = digit(kFromBase16, text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    out += toChar(static_cast<unsigned>(high * 16 + low));
  }
  return out;
}

std::string toBase64(std::string_view bytes) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t left = bytes.size() - i;
    const unsigned group =
        byteAt(bytes, i) << 16 | (left > 1 ? byteAt(bytes, i + 1) << 8 : 0) | (left > 2 ? byteAt(bytes, i + 2) : 0);
    out += kBase64[group >> 18];
    out += kBase64[group >> 12 & 63];
    out += left > 1 ? kBase64[group >> 6 & 63] : '=';
    out += left > 2 ? kBase64[group & 63] : '=';
  }
  return out;
}

std::optional<std::string> fromBase64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  std::size_t padding = 0;
  while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') ++padding;
  std::string out;
  out.reserve(text.size() / 4 * 3);
  for (std::size_t i = 0; i < text.size(); i += 4) {
    const std::size_t missing = i + 4 == text.size() ? padding : 0;
    unsigned group = 0;
    for (std::size_t k = 0; k < 4 - missing; ++k) {
      const int value = digit(kFromBase64, text[i + k]);
      if (value < 0) return std::nullopt;
      group |= static_cast<unsigned>(value) << (18 - 6 * k);
    }
    if (missing > 0 && (group & (missing == 1 ? 0xFFu : 0xFFFFu)) != 0) return std::nullopt;
    for (std::size_t k = 0; k < 3 - missing; ++k) out += toChar(group >> (16 - 8 * k));
  }
  return out;
}

std::string toNix32(std::string_view bytes) {
  if (bytes.empty()) return {};
  const std::size_t length = (bytes.size() * 8 - 1) / 5 + 1;
  std::string out;
  out.reserve(length);
  for (std::size_t n = length; n-- > 0;) {
    const std::size_t byte = n * 5 / 8;
    const std::size_t shift = n * 5 % 8;
    const unsigned low = byteAt(bytes, byte) >> shift;
    const unsigned high = byte + 1 < bytes.size() ? byteAt(bytes, byte + 1) << (8 - shift) : 0;
    out += kNix32[(low | high) & 31];
  }
  return out;
}

std::optional<std::string> fromNix32(std::string_view text) {
  const std::size_t size = text.size() * 5 / 8;
  if (size == 0) return text.empty() ? std::optional<std::string>(std::string()) : std::nullopt;
  if ((size * 8 - 1) / 5 + 1 != text.size()) return std::nullopt;
  std::string out(size, '\0');
  auto add = [&](std::size_t i, unsigned bits) { out[i] = toChar(byteAt(out, i) | bits); };
  for (std::size_t n = 0; n < text.size(); ++n) {
    const int value = digit(kFromNix32, text[text.size() - 1 - n]);
    if (value < 0) return std::nullopt;
    const auto bits = static_cast<unsigned>(value);
    const std::size_t byte = n * 5 / 8;
    const std::size_t shift = n * 5 % 8;
    add(byte, (bits << shift) & 0xFF);
    const unsigned carry = bits >> (8 - shift);
    if (byte + 1 < size)
      add(byte + 1, carry);
    else if (carry != 0)
      return std::nullopt;
  }
  return out;
}

}  // namespace fleetd::base
