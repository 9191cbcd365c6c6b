// Result and its macros.
#include "kernel/base/result.hpp"

#include <gtest/gtest.h>

#include <memory>

namespace fleetd::base {
namespace {

Result<int> half(int n) {
  if (n % 2 != 0) return Error{Code::FL0004, "odd", "", {}};
  return n / 2;
}

Result<void> check(int n) {
  FLEETD_TRY(half(n));
  return {};
}

Result<int> quarter(int n) {
  FLEETD_TRY_ASSIGN(const int h, half(n));
  FLEETD_TRY_ASSIGN(const int q, half(h));
  return q;
}

TEST(Result, MacrosPassErrorsOn) {
  EXPECT_TRUE(check(2));
  EXPECT_EQ(check(3).error().message, "odd");
  EXPECT_EQ(*quarter(8), 2);
  EXPECT_EQ(quarter(6).error().code, Code::FL0004);
}

TEST(Result, HoldsMoveOnlyValues) {
  Result<std::unique_ptr<int>> r(std::make_unique<int>(5));
  const std::unique_ptr<int> taken = std::move(r).value();
  EXPECT_EQ(*taken, 5);
}

}  // namespace
}  // namespace fleetd::base
