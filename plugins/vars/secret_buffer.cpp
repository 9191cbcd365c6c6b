// Growing by copying: what was there before is wiped with its memory.
#include "plugins/vars/secret_buffer.hpp"

#include <algorithm>
#include <cstring>

#include <sodium.h>

#include "plugins/vars/age/age.hpp"

namespace fleetd::vars {

fleet::Result<void> SecretBuffer::reserve(std::size_t more) {
  if (more > age::kMaxPlain || size_ + more > age::kMaxPlain)
    return age::error("AGE05", "the values are larger than 64 MiB together");
  if (size_ + more <= bytes_.size()) return {};
  FLEET_TRY_ASSIGN(auto larger, SecretBytes::make(std::max(bytes_.size() * 2, size_ + more + 4096)));
  if (size_ > 0) std::memcpy(larger.data(), bytes_.data(), size_);
  bytes_ = std::move(larger);
  return {};
}

fleet::Result<void> SecretBuffer::add(age::View bytes) {
  FLEET_TRY(reserve(bytes.size()));
  std::copy(bytes.begin(), bytes.end(), bytes_.data() + size_);
  size_ += bytes.size();
  return {};
}

fleet::Result<void> SecretBuffer::addBase64(age::View bytes) {
  constexpr int kVariant = sodium_base64_VARIANT_ORIGINAL;
  const std::size_t size = sodium_base64_encoded_len(bytes.size(), kVariant);  // with a zero behind it
  FLEET_TRY(reserve(size));
  sodium_bin2base64(reinterpret_cast<char*>(bytes_.data()) + size_, size, bytes.data(), bytes.size(), kVariant);
  size_ += size - 1;
  return {};
}

fleet::Result<void> SecretBuffer::addZeros(std::size_t count) {
  FLEET_TRY(reserve(count));
  std::memset(bytes_.data() + size_, 0, count);
  size_ += count;
  return {};
}

SecretBytes SecretBuffer::take() {
  SecretBytes out = std::move(bytes_);
  out.shrink(size_);
  size_ = 0;
  return out;
}

}  // namespace fleetd::vars
