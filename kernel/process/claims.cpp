// Counting claims in memory that processes share.
#include "kernel/process/claims.hpp"

#include <sys/mman.h>

#include <new>
#include <utility>

namespace fleetd::process {

std::optional<Claims> Claims::make(std::size_t pieces) {
  const std::size_t bytes = (pieces + 1) * sizeof(Cell);
  void* memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return std::nullopt;
  auto* cells = static_cast<Cell*>(memory);
  for (std::size_t i = 0; i <= pieces; ++i) new (cells + i) Cell(0);
  return Claims(cells, pieces);
}

Claims::Claims(Claims&& other) noexcept : cells_(std::exchange(other.cells_, nullptr)), pieces_(other.pieces_) {}

Claims::~Claims() {
  if (cells_) ::munmap(cells_, (pieces_ + 1) * sizeof(Cell));
}

std::optional<std::size_t> Claims::next(std::uint32_t who) {
  // Looked at first, so that the counter cannot run away.
  if (cells_[0].load(std::memory_order_relaxed) >= pieces_) return std::nullopt;
  const std::size_t piece = cells_[0].fetch_add(1, std::memory_order_relaxed);
  if (piece >= pieces_) return std::nullopt;
  cells_[piece + 1].store(who, std::memory_order_release);
  return piece;
}

std::uint32_t Claims::ownerOf(std::size_t piece) const { return cells_[piece + 1].load(std::memory_order_acquire); }

}  // namespace fleetd::process
