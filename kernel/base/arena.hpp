// Arena: bump allocation in growing chunks; everything is freed at once. For trivially destructible objects.
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace fleetd::base {

// Thread: one arena belongs to one thread at a time. Memory is never returned to the system before reset() or
// destruction.
class Arena {
 public:
  explicit Arena(std::size_t firstChunk = 16 << 10) : nextChunk_(firstChunk) {}
  Arena(Arena&& other) noexcept { *this = std::move(other); }
  Arena& operator=(Arena&& other) noexcept;  // the other arena is left empty and usable

  // `align` is a power of two.
  void* allocate(std::size_t size, std::size_t align = 8) {
    const std::size_t pad = (0 - reinterpret_cast<std::uintptr_t>(cursor_)) & (align - 1);
    if (size + pad > static_cast<std::size_t>(end_ - cursor_)) return allocateSlow(size, align);
    std::byte* at = cursor_ + pad;
    cursor_ = at + size;
    return at;
  }

  template <class T, class... Args>
  T* make(Args&&... args) {
    static_assert(std::is_trivially_destructible_v<T>, "arena objects are never destroyed");
    return new (allocate(sizeof(T), alignof(T))) T{std::forward<Args>(args)...};
  }

  // `count` value-initialised elements.
  template <class T>
  T* array(std::size_t count) {
    static_assert(std::is_trivially_destructible_v<T>, "arena objects are never destroyed");
    auto* data = static_cast<T*>(allocate(sizeof(T) * count, alignof(T)));
    for (std::size_t i = 0; i < count; ++i) new (data + i) T{};
    return data;
  }

  template <class T>
  std::span<T> copy(std::span<const T> source) {
    static_assert(std::is_trivially_copyable_v<T>);
    auto* data = static_cast<T*>(allocate(sizeof(T) * source.size(), alignof(T)));
    if (!source.empty()) std::memcpy(static_cast<void*>(data), source.data(), sizeof(T) * source.size());
    return {data, source.size()};
  }

  std::string_view copy(std::string_view text) {
    auto* data = static_cast<char*>(allocate(text.size(), 1));
    if (!text.empty()) std::memcpy(data, text.data(), text.size());
    return {data, text.size()};
  }

  // Forgets all objects and keeps the largest chunk.
  void reset();
  std::size_t bytesReserved() const { return reserved_; }
  std::size_t bytesUsed() const { return reserved_ - static_cast<std::size_t>(end_ - cursor_); }

 private:
  void* allocateSlow(std::size_t size, std::size_t align);

  struct Free {
    void operator()(std::byte* data) const { std::free(data); }
  };
  struct Chunk {
    std::unique_ptr<std::byte[], Free> data;
    std::size_t size = 0;
  };
  std::byte* cursor_ = nullptr;
  std::byte* end_ = nullptr;
  std::size_t nextChunk_ = 16 << 10;
  std::size_t reserved_ = 0;
  std::vector<Chunk> chunks_;
};

}  // namespace fleetd::base

namespace fleetd {
using base::Arena;
}  // namespace fleetd
