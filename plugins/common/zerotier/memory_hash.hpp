// The hash that gives ZeroTier addresses: it needs two megabytes, so that many candidates cost much.
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace fleetd::zerotier {

// Keeps the memory for the next hash. Thread: as an ordinary value; one for each thread.
class MemoryHash {
 public:
  using Digest = std::array<std::uint8_t, 64>;
  Digest operator()(std::span<const std::uint8_t, 64> publicKey);

 private:
  std::vector<std::uint8_t> memory_, stream_;
};

}  // namespace fleetd::zerotier
