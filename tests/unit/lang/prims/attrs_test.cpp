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

TEST(Attrs, OverridesOfARecursiveSet) {
  PrimWorld world;
  EXPECT_EQ(world.json("(rec { __overrides = { a = 2; }; x = a; a = 1; }).x"), "2");
  EXPECT_EQ(world.json("(rec { __overrides = { a = 2; }; x = a + 1; a = 1; }).x"), "3");
  EXPECT_EQ(world.json("let o = { a = 2; }; in (rec { __overrides = o; a = 1; y = x; x = a; }).y"), "2");
  EXPECT_EQ(world.json("let s = rec { ${\"f\"} = b; __overrides = { b = 2; }; b = 1; }; in [ s.f s.b ]"), "[2,2]");
  EXPECT_NE(world.error("rec { __overrides = 1; }"), "");
}

TEST(Attrs, FlakeReferencesBothWays) {
  PrimWorld world;
  EXPECT_EQ(world.json("builtins.parseFlakeRef \"github:a/b/23.05?dir=lib\""),
            R"({"dir":"lib","owner":"a","ref":"23.05","repo":"b","type":"github"})");
  EXPECT_EQ(world.json("builtins.flakeRefToString (builtins.parseFlakeRef \"github:a/b/23.05?dir=lib\")"),
            R"("github:a/b/23.05?dir=lib")");
  EXPECT_NE(world.error("builtins.flakeRefToString { type = \"github\"; owner = \"a\"; repo = -1; }"), "");
  EXPECT_NE(world.error("builtins.flakeRefToString { type = \"github\"; owner = [ ]; }"), "");
  EXPECT_NE(world.error("builtins.parseFlakeRef \"github:a\""), "");
}

}  // namespace
}  // namespace fleetd::lang::test
