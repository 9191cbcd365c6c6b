// SmallVector: a growing array of plain values for the length of a function; the first N elements live on the stack.
#pragma once
#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <type_traits>

namespace fleetd::compose {

template <class T, std::size_t N>
class SmallVector {
  static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);

 public:
  SmallVector() = default;
  SmallVector(const SmallVector&) = delete;
  SmallVector& operator=(const SmallVector&) = delete;

  void push(const T& value) {
    if (size_ == capacity_) grow();
    new (data_ + size_++) T(value);
  }
  void clear() { size_ = 0; }
  void resize(std::size_t size) {
    while (capacity_ < size) grow();
    for (std::size_t i = size_; i < size; ++i) new (data_ + i) T{};
    size_ = size;
  }

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  T& operator[](std::size_t i) { return data_[i]; }
  const T& operator[](std::size_t i) const { return data_[i]; }
  T& back() { return data_[size_ - 1]; }
  T* begin() { return data_; }
  T* end() { return data_ + size_; }
  const T* begin() const { return data_; }
  const T* end() const { return data_ + size_; }
  std::span<T> span() { return {data_, size_}; }
  std::span<const T> span() const { return {data_, size_}; }

 private:
  void grow() {
    const std::size_t capacity = capacity_ * 2;
    auto bigger = std::make_unique<std::byte[]>(capacity * sizeof(T));
    std::memcpy(bigger.get(), static_cast<const void*>(data_), size_ * sizeof(T));
    heap_ = std::move(bigger);
    data_ = reinterpret_cast<T*>(heap_.get());
    capacity_ = capacity;
  }

  alignas(T) std::byte inline_[N * sizeof(T)];
  T* data_ = reinterpret_cast<T*>(inline_);
  std::size_t size_ = 0;
  std::size_t capacity_ = N;
  std::unique_ptr<std::byte[]> heap_;
};

}  // namespace fleetd::compose
