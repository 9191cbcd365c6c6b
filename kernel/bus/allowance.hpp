// Allowance: how much of something may come at once and on average.
#pragma once
#include <algorithm>
#include <cstdint>

namespace fleetd::bus {

// `burst` at once, `perSecond` on average. Time is the caller's, so that it can be tested.
class Allowance {
 public:
  Allowance(std::int64_t burst, std::int64_t perSecond) : burst_(burst * kUnit), perSecond_(perSecond), left_(burst_) {}

  // Takes one. False when there is none left.
  bool take(std::int64_t nowNanos) {
    const std::int64_t passed = std::clamp<std::int64_t>(nowNanos - last_, 0, kUnit * 3600);
    last_ = std::max(last_, nowNanos);
    left_ = std::min(burst_, left_ + passed * perSecond_);
    if (left_ < kUnit) return false;
    left_ -= kUnit;
    return true;
  }

 private:
  static constexpr std::int64_t kUnit = 1'000'000'000;
  std::int64_t burst_, perSecond_, left_;
  std::int64_t last_ = 0;
};

}  // namespace fleetd::bus
