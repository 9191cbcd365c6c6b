// The system's random bytes, from libsodium.
#include "plugins/common/random.hpp"

#include <sodium.h>

namespace fleetd {

namespace {

class SystemRandom final : public Random {
 public:
  void fill(std::span<std::uint8_t> out) override { randombytes_buf(out.data(), out.size()); }
};

}  // namespace

Random& systemRandom() {
  static SystemRandom random;
  return random;
}

}  // namespace fleetd
