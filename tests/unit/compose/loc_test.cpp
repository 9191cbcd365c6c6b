// Paths of options as text.
#include <gtest/gtest.h>

#include "tests/unit/compose/helpers.hpp"

namespace fleetd::compose::test {
namespace {

TEST(Loc, PartsAreQuotedWhereNeeded) {
  Nix nix;
  const Loc* loc = nix.compose.namedLoc(nix.compose.namedLoc(nix.compose.namedLoc(nullptr, "a-b"), "x y"), "<name>");
  EXPECT_EQ(showOption(nix.compose, loc), "a-b.\"x y\".<name>");
  EXPECT_EQ(showOption(nix.compose, nix.compose.entryLoc(loc->up->up, 1, 2)), "a-b.\"[definition 1-entry 2]\"");
  EXPECT_EQ(showOption(nix.compose, nullptr), "");
}

TEST(Loc, Identifiers) {
  EXPECT_EQ(nixIdentifier("a'-_9"), "a'-_9");
  EXPECT_EQ(nixIdentifier("9a"), "\"9a\"");
  EXPECT_EQ(nixIdentifier("if"), "\"if\"");
  EXPECT_EQ(nixIdentifier("a\"${b}\n"), "\"a\\\"\\${b}\\n\"");
  EXPECT_EQ(showOptionPart("*"), "*");
}

TEST(Loc, ListsGoBothWays) {
  Nix nix;
  Value error;
  const Loc* loc = locFromList(nix.compose, nullptr, nix.eval("[ \"a\" \"b.c\" ]"), &error);
  ASSERT_FALSE(error.isError());
  EXPECT_EQ(nix.json(locList(nix.compose, loc)), R"(["a","b.c"])");
  locFromList(nix.compose, nullptr, nix.eval("[ 1 ]"), &error);
  EXPECT_TRUE(error.isError());
}

}  // namespace
}  // namespace fleetd::compose::test
