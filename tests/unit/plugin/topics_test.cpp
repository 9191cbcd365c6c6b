#include "kernel/plugin/topics.hpp"

#include <gtest/gtest.h>

namespace fleetd::plugin {
namespace {

TEST(Topics, APrefixEndsAtAName) {
  const std::vector<std::string> prefixes{"fleet.progress", "a/1", ""};
  for (const char* topic : {"fleet.progress", "fleet.progress/1", "fleet.progress.disk", "a/1", "a/1/b"})
    EXPECT_TRUE(coversTopic(prefixes, topic)) << topic;
  for (const char* topic : {"", "fleet", "fleet.progressive", "a", "a/10", "b"})
    EXPECT_FALSE(coversTopic(prefixes, topic)) << topic;
  EXPECT_FALSE(coversTopic({}, "a"));
}

TEST(Topics, Names) {
  EXPECT_TRUE(isTopic("fleet.a-b/1"));
  EXPECT_TRUE(isTopic(std::string(256, 'a')));
  for (const auto& text :
       {std::string(), std::string("A"), std::string("a b"), std::string("a\0", 2), std::string(257, 'a')})
    EXPECT_FALSE(isTopic(text));
}

}  // namespace
}  // namespace fleetd::plugin
