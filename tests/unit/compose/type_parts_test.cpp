// Sub-options, sub-modules and nested types.
#include <gtest/gtest.h>

#include "tests/unit/compose/helpers.hpp"

namespace fleetd::compose::test {
namespace {

TEST(TypeParts, SubOptionsOfContainers) {
  Nix nix;
  const std::string sub = "(types.submodule { options.a = mkOption { type = types.int; }; })";
  EXPECT_EQ(nix.run("((types.attrsOf " + sub + ").getSubOptions [ \"o\" ]).a.loc"), R"(["o","<name>","a"])");
  EXPECT_EQ(nix.run("((types.listOf " + sub + ").getSubOptions [ \"o\" ]).a.loc"), R"(["o","*","a"])");
  EXPECT_EQ(nix.run("(types.listOf types.int).getSubOptions [ ]"), "{}");
}

TEST(TypeParts, SubModules) {
  Nix nix;
  EXPECT_EQ(
      nix.run(
          "[ types.int.getSubModules (length (types.listOf (types.submodule { })).getSubModules) types.deferredModule.getSubModules ]"),
      "[null,1,[]]");
  EXPECT_EQ(nix.run("((types.nullOr (types.submodule { })).substSubModules [ { } { } ]).getSubModules"), "[{},{}]");
  EXPECT_EQ(nix.run("(types.either types.int (types.submodule { })).getSubModules"), "null");
}

TEST(TypeParts, NestedTypes) {
  Nix nix;
  EXPECT_EQ(
      nix.run(
          "[ (types.listOf types.int).nestedTypes.elemType.name (types.either types.int types.str).nestedTypes.right.name"
          " (types.submodule { freeformType = types.attrsOf types.int; }).nestedTypes.freeformType.name ]"),
      R"(["int","str","attrsOf"])");
}

TEST(TypeParts, EmptyValues) {
  Nix nix;
  EXPECT_EQ(
      nix.run(
          "map (t: t.emptyValue) [ types.int (types.listOf types.int) (types.nullOr types.int) types.attrs (types.nonEmptyListOf types.int)"
          " (types.submodule { options.a = mkOption { default = 1; }; }) ]"),
      R"([{},{"value":[]},{"value":null},{"value":{}},{},{"value":{"a":1}}])");
}

}  // namespace
}  // namespace fleetd::compose::test
