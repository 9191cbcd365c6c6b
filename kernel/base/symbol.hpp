// Symbol: an interned name. Equal names have equal ids within one SymbolTable; ids never decide an order that
// reaches output.
#pragma once
#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

#include "kernel/base/arena.hpp"

namespace fleetd::base {

struct Symbol {
  std::uint32_t id = 0;  // 0 is "no symbol"
  explicit operator bool() const { return id != 0; }
  friend bool operator==(Symbol, Symbol) = default;
  // Order by id: for sorted containers only, never for output.
  friend bool operator<(Symbol a, Symbol b) { return a.id < b.id; }
};

// Thread: intern and text are safe from any thread. Texts live as long as the table.
class SymbolTable {
 public:
  SymbolTable();
  ~SymbolTable();
  SymbolTable(const SymbolTable&) = delete;
  SymbolTable& operator=(const SymbolTable&) = delete;

  // The empty symbol when the table is full (64 M names).
  Symbol intern(std::string_view name);
  // The symbol if it was interned before, else the empty symbol; never grows the table.
  Symbol find(std::string_view name) const;
  std::string_view text(Symbol symbol) const;
  std::uint32_t size() const;

 private:
  struct Slot {
    std::uint32_t hash = 0;
    std::uint32_t id = 0;
  };
  static constexpr std::uint32_t kBlockBits = 12;
  static constexpr std::uint32_t kMaxBlocks = 1u << 14;  // 64 M symbols
  struct Block;

  mutable std::mutex mutex_;
  std::vector<Slot> slots_;
  std::uint32_t count_ = 0;
  Arena arena_;
  std::unique_ptr<std::atomic<std::string_view*>[]> blocks_;
};

}  // namespace fleetd::base

template <>
struct std::hash<fleetd::base::Symbol> {
  std::size_t operator()(fleetd::base::Symbol s) const noexcept { return s.id * 0x9E3779B97F4A7C15ull; }
};

namespace fleetd {
using base::Symbol;
using base::SymbolTable;
}  // namespace fleetd
