// Span: a range of source text in one global 32-bit position space shared by all files of a run (see
// source.hpp).
#pragma once
#include <cstdint>

namespace fleetd::base {

// Position 0 means "nowhere". A file occupies [base, base + size] of the space, so a position alone names
// file, line and column.
using Pos = std::uint32_t;

struct Span {
  Pos begin = 0;
  Pos end = 0;  // one past the last byte

  explicit operator bool() const { return begin != 0; }
  friend bool operator==(const Span&, const Span&) = default;
};

}  // namespace fleetd::base

namespace fleetd {
using base::Pos;
using base::Span;
}  // namespace fleetd
