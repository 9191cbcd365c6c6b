// Claims: which of several processes does which piece of work, decided by who comes first.
#pragma once
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace fleetd::process {

// Made before the processes part; all of them see the same. Thread: any, in any of the processes.
class Claims {
 public:
  static constexpr std::uint32_t kNobody = 0;

  // Nothing when there is no memory to share.
  static std::optional<Claims> make(std::size_t pieces);
  Claims(Claims&& other) noexcept;
  Claims& operator=(Claims&&) = delete;
  ~Claims();

  // The next piece, in order, for the process `who`, which is not kNobody; nothing when all are claimed.
  std::optional<std::size_t> next(std::uint32_t who);
  // Who does a piece. A piece that was claimed a moment ago may still be nobody's.
  std::uint32_t ownerOf(std::size_t piece) const;

 private:
  using Cell = std::atomic<std::uint32_t>;
  static_assert(Cell::is_always_lock_free);
  Claims(Cell* cells, std::size_t pieces) : cells_(cells), pieces_(pieces) {}

  Cell* cells_;  // the number of pieces that are claimed, then the owner of each
  std::size_t pieces_;
};

}  // namespace fleetd::process
