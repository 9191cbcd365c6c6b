// What differs between two configurations.
#include "kernel/cli/option_changes.hpp"

#include <gtest/gtest.h>

namespace fleetd::cli {
namespace {

TEST(OptionChanges, AddedRemovedChanged) {
  const auto changes = optionChanges("a = 1\nb = \"x\"\nd = 1\n", "b = \"y\"\nc = 2\nd = 1\n");
  ASSERT_EQ(changes.size(), 3u);
  EXPECT_EQ(changes[0].option + changes[0].before + changes[0].after, "a1");
  EXPECT_EQ(changes[1].option + changes[1].before + changes[1].after, "b\"x\"\"y\"");
  EXPECT_EQ(changes[2].option + changes[2].before + changes[2].after, "c2");
  EXPECT_TRUE(optionChanges("a = 1", "a = 1").empty());
  EXPECT_TRUE(optionChanges("", "").empty());
}

TEST(OptionChanges, ValuesOfSeveralLines) {
  const auto changes = optionChanges("a = ''\n  one\n'';\nb = 1\n", "a = ''\n  two\n'';\nb = 1\n");
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(changes[0].before, "''\n  one\n'';");
}

}  // namespace
}  // namespace fleetd::cli
