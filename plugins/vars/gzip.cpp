// Stored blocks of deflate (RFC 1951, 3.2.4): a compressor would leave copies in memory that nobody wipes.
#include "plugins/vars/gzip.hpp"

#include <algorithm>
#include <array>

#include "plugins/vars/secret_buffer.hpp"

namespace fleetd::vars {

namespace {

constexpr std::size_t kMostStored = 65535;  // bytes of a block

std::uint32_t crc32(age::View bytes) {
  std::uint32_t crc = ~std::uint32_t{0};
  for (const std::uint8_t byte : bytes) {
    crc ^= byte;
    for (int i = 0; i < 8; ++i) crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320U : 0U);
  }
  return ~crc;
}

template <std::size_t size>
std::array<std::uint8_t, size> littleEndian(std::uint32_t value) {
  std::array<std::uint8_t, size> out{};
  for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<std::uint8_t>(value >> (8 * i));
  return out;
}

}  // namespace

fleet::Result<SecretBytes> gzipStored(age::View bytes) {
  SecretBuffer out;
  constexpr std::array<std::uint8_t, 10> kHeader{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff};
  FLEET_TRY(out.add(age::View(kHeader)));
  const std::uint32_t crc = crc32(bytes), size = static_cast<std::uint32_t>(bytes.size());
  do {
    const age::View piece = bytes.first(std::min(bytes.size(), kMostStored));
    bytes = bytes.subspan(piece.size());
    const std::array<std::uint8_t, 1> last{static_cast<std::uint8_t>(bytes.empty() ? 1 : 0)};
    const auto length = static_cast<std::uint32_t>(piece.size());
    FLEET_TRY(out.add(age::View(last)));
    FLEET_TRY(out.add(age::View(littleEndian<2>(length))));
    FLEET_TRY(out.add(age::View(littleEndian<2>(~length))));
    FLEET_TRY(out.add(piece));
  } while (!bytes.empty());
  FLEET_TRY(out.add(age::View(littleEndian<4>(crc))));
  FLEET_TRY(out.add(age::View(littleEndian<4>(size))));
  return out.take();
}

}  // namespace fleetd::vars
