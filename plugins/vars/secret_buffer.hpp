// SecretBuffer: locked memory that grows.
#pragma once
#include <string_view>

#include "plugins/vars/age/primitives.hpp"

namespace fleetd::vars {

class SecretBuffer {
 public:
  // Errors: AGE05 above 64 MiB, VARS02.
  fleet::Result<void> add(age::View bytes);
  fleet::Result<void> add(std::string_view text) { return add(age::view(text)); }
  fleet::Result<void> addBase64(age::View bytes);
  fleet::Result<void> addZeros(std::size_t count);
  age::View view() const { return bytes_.span().first(size_); }
  // The content; the buffer is empty then.
  SecretBytes take();

 private:
  fleet::Result<void> reserve(std::size_t more);
  SecretBytes bytes_;
  std::size_t size_ = 0;
};

}  // namespace fleetd::vars
