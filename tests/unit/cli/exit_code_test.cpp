// Exit codes of errors, and which of two matters more.
#include "kernel/cli/exit_code.hpp"

#include <gtest/gtest.h>

namespace fleetd::cli {
namespace {

using base::Code;

TEST(ExitCode, OfCodes) {
  EXPECT_EQ(exitCodeOf(Code::FL0001), kInternal);
  EXPECT_EQ(exitCodeOf(Code::FL0008), kEnvironment);
  EXPECT_EQ(exitCodeOf(Code::FL0003), kEnvironment);
  EXPECT_EQ(exitCodeOf(Code::FL0905), kEnvironment);
  EXPECT_EQ(exitCodeOf(Code::FL0906), kEnvironment);
  EXPECT_EQ(exitCodeOf(Code::FL0902), kUsage);
  EXPECT_EQ(exitCodeOf(Code::FL0501), kUsage);
  EXPECT_EQ(exitCodeOf(Code::FL0503), kUsage);
  EXPECT_EQ(exitCodeOf(Code::FL0101), kFindings);
  EXPECT_EQ(exitCodeOf(Code::FL0002), kFindings);
}

TEST(ExitCode, Worse) {
  EXPECT_EQ(worse(kOk, kFindings), kFindings);
  EXPECT_EQ(worse(kFindings, kUsage), kUsage);
  EXPECT_EQ(worse(kEnvironment, kFindings), kEnvironment);
  EXPECT_EQ(worse(kInternal, kUsage), kInternal);
  EXPECT_EQ(worse(kOk, kOk), kOk);
}

}  // namespace
}  // namespace fleetd::cli
