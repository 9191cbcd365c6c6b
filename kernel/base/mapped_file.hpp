// MappedFile: the bytes of a file in memory without reading them all; pages come when they are looked at.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "kernel/base/result.hpp"

namespace fleetd::base {

// Only for files that are replaced as a whole (writeFileAtomic): one that is cut off while it is mapped ends the
// process.
class MappedFile {
 public:
  // A regular file of at most `limit` bytes. Errors: FL0002, FL0004.
  static Result<MappedFile> open(const std::string& path, std::size_t limit = std::size_t{1} << 30);

  MappedFile() = default;
  MappedFile(MappedFile&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  MappedFile& operator=(MappedFile&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
  }
  ~MappedFile();

  std::string_view bytes() const { return {static_cast<const char*>(data_), size_}; }

 private:
  void* data_ = nullptr;  // null: empty
  std::size_t size_ = 0;
};

}  // namespace fleetd::base
