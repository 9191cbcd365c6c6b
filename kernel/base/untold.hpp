// Positions that are told to people but not to the language: Nix forgets where the attributes of some results were
// written.
#pragma once
#include "kernel/base/span.hpp"

namespace fleetd::base {

// A position of the upper half means the same place as without the bit. The mark lasts through whatever copies the
// attribute.
inline constexpr Pos kUntold = Pos{1} << 31;
constexpr Pos untold(Pos pos) { return pos == 0 ? 0 : pos | kUntold; }
constexpr Pos told(Pos pos) { return pos & ~kUntold; }
constexpr bool isUntold(Pos pos) { return (pos & kUntold) != 0; }

}  // namespace fleetd::base
