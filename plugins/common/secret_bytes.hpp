// SecretBytes: bytes that must not leak. Locked memory that never reaches the swap file, wiped when it is given back.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

#include <fleet/cxx/result.hpp>

namespace fleetd {

// Move-only. Thread: as an ordinary value.
class SecretBytes {
 public:
  SecretBytes() = default;
  SecretBytes(SecretBytes&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  SecretBytes& operator=(SecretBytes&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
  }
  ~SecretBytes();

  // Zeros. Errors: no memory that can be locked (FLEET_E_OUT_OF_MEMORY).
  static fleet::Result<SecretBytes> make(std::size_t size);
  // A copy; the caller wipes the original.
  static fleet::Result<SecretBytes> copy(std::span<const std::uint8_t> bytes);
  static fleet::Result<SecretBytes> copy(std::string_view text);

  std::size_t size() const { return size_; }
  std::uint8_t* data() { return data_; }
  const std::uint8_t* data() const { return data_; }
  std::span<const std::uint8_t> span() const { return {data_, size_}; }
  std::string_view text() const { return {reinterpret_cast<const char*>(data_), size_}; }
  // The first `size` bytes; the rest is wiped when the whole goes. `size` is at most size().
  void shrink(std::size_t size) { size_ = size < size_ ? size : size_; }

 private:
  SecretBytes(std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}
  std::uint8_t* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace fleetd
