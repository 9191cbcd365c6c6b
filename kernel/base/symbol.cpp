// SymbolTable: open addressing under one mutex; texts are reached without it through blocks that never move.
#include "kernel/base/symbol.hpp"

namespace fleetd::base {

namespace {
std::uint32_t hashOf(std::string_view text) {
  std::uint64_t h = 0xcbf29ce484222325ull;
  for (char c : text) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3ull;
  return static_cast<std::uint32_t>(h ^ (h >> 32));
}
}  // namespace

SymbolTable::SymbolTable()
    : slots_(4096), arena_(64 << 10), blocks_(std::make_unique<std::atomic<std::string_view*>[]>(kMaxBlocks)) {
  blocks_[0].store(arena_.array<std::string_view>(1u << kBlockBits), std::memory_order_release);
}

SymbolTable::~SymbolTable() = default;

std::string_view SymbolTable::text(Symbol symbol) const {
  const auto* block = blocks_[symbol.id >> kBlockBits].load(std::memory_order_acquire);
  return block[symbol.id & ((1u << kBlockBits) - 1)];
}

std::uint32_t SymbolTable::size() const {
  std::lock_guard lock(mutex_);
  return count_;
}

Symbol SymbolTable::find(std::string_view name) const {
  const std::uint32_t hash = hashOf(name);
  std::lock_guard lock(mutex_);
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t i = hash & mask;; i = (i + 1) & mask) {
    const Slot& slot = slots_[i];
    if (slot.id == 0) return {};
    if (slot.hash == hash && text({slot.id}) == name) return {slot.id};
  }
}

Symbol SymbolTable::intern(std::string_view name) {
  const std::uint32_t hash = hashOf(name);
  std::lock_guard lock(mutex_);
  std::size_t mask = slots_.size() - 1;
  std::size_t i = hash & mask;
  for (; slots_[i].id != 0; i = (i + 1) & mask)
    if (slots_[i].hash == hash && text({slots_[i].id}) == name) return {slots_[i].id};

  if (count_ + 1 >= kMaxBlocks << kBlockBits) return {};
  const std::uint32_t id = ++count_;
  const std::uint32_t block = id >> kBlockBits;
  if (!blocks_[block].load(std::memory_order_relaxed))
    blocks_[block].store(arena_.array<std::string_view>(1u << kBlockBits), std::memory_order_release);
  blocks_[block].load(std::memory_order_relaxed)[id & ((1u << kBlockBits) - 1)] = arena_.copy(name);
  slots_[i] = {hash, id};

  if (count_ > slots_.size() / 2) {
    std::vector<Slot> bigger(slots_.size() * 2);
    mask = bigger.size() - 1;
    for (const Slot& slot : slots_) {
      if (slot.id == 0) continue;
      std::size_t j = slot.hash & mask;
      while (bigger[j].id != 0) j = (j + 1) & mask;
      bigger[j] = slot;
    }
    slots_ = std::move(bigger);
  }
  return {id};
}

}  // namespace fleetd::base
