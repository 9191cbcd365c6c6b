// The test program finds its own file.
#include "kernel/process/executable.hpp"

#include <gtest/gtest.h>

#include "kernel/base/file.hpp"

namespace fleetd::process {
namespace {

TEST(Executable, IsThisTest) {
  const auto path = executablePath();
  ASSERT_TRUE(path);
  EXPECT_TRUE(path->starts_with('/'));
  EXPECT_TRUE(base::isRegularFile(*path));
  const auto bytes = base::readFile(*path, std::uint64_t{1} << 30);
  ASSERT_TRUE(bytes);
  EXPECT_NE(bytes->find("IsThisTest"), std::string::npos);
}

}  // namespace
}  // namespace fleetd::process
