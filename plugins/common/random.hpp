// Where random bytes come from; tests put their own in place of the system's.
#pragma once
#include <cstdint>
#include <span>

namespace fleetd {

class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(std::span<std::uint8_t> out) = 0;
};
// Thread: any.
Random& systemRandom();

}  // namespace fleetd
