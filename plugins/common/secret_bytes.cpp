// Locked memory from libsodium.
#include "plugins/common/secret_bytes.hpp"

#include <cstring>

#include <sodium.h>

namespace fleetd {

SecretBytes::~SecretBytes() {
  if (data_) sodium_free(data_);  // wipes it
}

fleet::Result<SecretBytes> SecretBytes::make(std::size_t size) {
  if (sodium_init() < 0) return fleet::Error{FLEET_E_IO, "VARS01", {}, "the cryptographic library cannot start", {}, 0};
  auto* data = static_cast<std::uint8_t*>(sodium_malloc(size == 0 ? 1 : size));
  if (!data)
    return fleet::Error{FLEET_E_OUT_OF_MEMORY,
                        "VARS02",
                        {},
                        "no memory that can be locked is left",
                        "raise the limit of locked memory (ulimit -l)",
                        0};
  std::memset(data, 0, size);
  return SecretBytes(data, size);
}

fleet::Result<SecretBytes> SecretBytes::copy(std::span<const std::uint8_t> bytes) {
  FLEET_TRY_ASSIGN(auto out, make(bytes.size()));
  if (!bytes.empty()) std::memcpy(out.data_, bytes.data(), bytes.size());
  return out;
}

fleet::Result<SecretBytes> SecretBytes::copy(std::string_view text) {
  return copy(std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
}

}  // namespace fleetd
