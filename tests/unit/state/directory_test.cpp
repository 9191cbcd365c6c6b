// One deployment at a time.
#include "kernel/state/directory.hpp"

#include <gtest/gtest.h>

#include "kernel/base/file.hpp"

namespace fleetd::state {
namespace {

TEST(StateDirectory, TheLockIsHeldOnce) {
  const auto made = base::makeTempDir("state-lock");
  ASSERT_TRUE(made);
  {
    const auto first = lockDeployments(*made);
    ASSERT_TRUE(first);
    const auto second = lockDeployments(*made);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, base::Code::FL0822);
  }
  EXPECT_TRUE(lockDeployments(*made));
  ASSERT_TRUE(base::removeTree(*made));
}

}  // namespace
}  // namespace fleetd::state
