// Where attributes are written, as far as the language is told.
#include <gtest/gtest.h>

#include "tests/unit/lang/prims_helpers.hpp"

namespace fleetd::lang::test {
namespace {

TEST(Attrs, PositionsLastThroughCopiesAndNotThroughFunctions) {
  PrimWorld world;
  const auto line = [&](const std::string& set) {
    return world.json("let p = builtins.unsafeGetAttrPos \"a\" (" + set + "); in if p == null then null else p.line");
  };
  EXPECT_EQ(line("{ a = 1; }"), "1");
  EXPECT_EQ(line("{ b = 1; } // { a = 1; }"), "1");
  EXPECT_EQ(line("removeAttrs { a = 1; b = 2; } [ \"b\" ]"), "1");
  EXPECT_EQ(line("builtins.mapAttrs (n: v: v) { a = 1; }"), "null");
  EXPECT_EQ(line("builtins.mapAttrs (n: v: v) { a = 1; } // { b = 1; }"), "null");
  EXPECT_EQ(line("builtins.intersectAttrs { a = 2; } (builtins.mapAttrs (n: v: v) { a = 1; })"), "null");
  EXPECT_EQ(line("{ b = 1; }"), "null");
}

}  // namespace
}  // namespace fleetd::lang::test
