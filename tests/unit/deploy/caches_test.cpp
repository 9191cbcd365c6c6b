// What Nix's answer about a path in a cache means.
#include "kernel/deploy/caches.hpp"

#include <gtest/gtest.h>

namespace fleetd::deploy {
namespace {

TEST(Caches, Answers) {
  EXPECT_EQ(readCacheAnswer(true, "").cached, Cached::Yes);
  EXPECT_EQ(readCacheAnswer(false, "error: path '/nix/store/a' is not valid\n").cached, Cached::No);
  const auto unknown = readCacheAnswer(
      false, "warning: x\nerror: unable to download 'https://c/nix-cache-info': Couldn't resolve host name (6)\n");
  EXPECT_EQ(unknown.cached, Cached::Unknown);
  EXPECT_NE(unknown.why.find("unable to download"), std::string::npos);
  EXPECT_EQ(readCacheAnswer(false, "").cached, Cached::Unknown);
}

}  // namespace
}  // namespace fleetd::deploy
