// Arena: the slow path that opens a new chunk.
#include "kernel/base/arena.hpp"

#include <algorithm>
#include <new>

#include "kernel/base/sanitizer.hpp"

#ifdef __linux__
#include <sys/mman.h>
#endif

namespace fleetd::base {

namespace {

constexpr std::size_t kHugePage = 2 << 20;
constexpr std::size_t kMaxChunk = 2 * kHugePage;
constexpr std::size_t kMinGrowth = 1 << 10;

// Large chunks lie on huge pages where the system has them: touching 40 MiB in small pages costs as much as what fills
// them.
std::byte* chunkOf(std::size_t size) {
  void* data = size < kHugePage ? std::malloc(size) : std::aligned_alloc(kHugePage, size);
  if (!data) throw std::bad_alloc();
#ifdef __linux__
  if (size >= kHugePage) static_cast<void>(::madvise(data, size, MADV_HUGEPAGE));
#endif
  return static_cast<std::byte*>(data);
}

}  // namespace

Arena& Arena::operator=(Arena&& other) noexcept {
  chunks_ = std::exchange(other.chunks_, {});
  cursor_ = std::exchange(other.cursor_, nullptr);
  end_ = std::exchange(other.end_, nullptr);
  reserved_ = std::exchange(other.reserved_, 0);
  nextChunk_ = other.nextChunk_;
  return *this;
}

void* Arena::allocateSlow(std::size_t size, std::size_t align) {
  const std::size_t need = size + align;
  std::size_t chunk = std::max(nextChunk_, need);
  if (chunk >= kHugePage) chunk = (chunk + kHugePage - 1) / kHugePage * kHugePage;
  nextChunk_ = std::min(std::max(nextChunk_ * 2, kMinGrowth), kMaxChunk);
  // Not value-initialised on purpose: a chunk may be large and its pages should be touched only when used.
  chunks_.push_back({std::unique_ptr<std::byte[], Free>(chunkOf(chunk)), chunk});
  reserved_ += chunk;
  cursor_ = chunks_.back().data.get();
  end_ = cursor_ + chunk;
  return allocate(size, align);
}

void Arena::reset() {
  if (chunks_.empty()) return;
#if FLEETD_ADDRESS_SANITIZER
  // Whoever still points at something in it is told by the sanitizer.
  *this = Arena();
  return;
#endif
  auto largest =
      std::max_element(chunks_.begin(), chunks_.end(), [](const Chunk& a, const Chunk& b) { return a.size < b.size; });
  Chunk kept = std::move(*largest);
  chunks_.clear();
  chunks_.push_back(std::move(kept));
  reserved_ = chunks_.back().size;
  cursor_ = chunks_.back().data.get();
  end_ = cursor_ + reserved_;
}

}  // namespace fleetd::base
