// Merging the types of two declarations.
#include <gtest/gtest.h>

#include "tests/unit/compose/helpers.hpp"

namespace fleetd::compose::test {
namespace {

// The description of the merged type, or "null".
std::string mergedType(const std::string& a, const std::string& b) {
  Nix nix;
  const Value v = nix.eval("let t = (types." + a + ").typeMerge (types." + b +
                           ").functor; in if t == null then \"null\" else t.description");
  return v.is(lang::Tag::String) ? std::string(v.string()) : nix.json(v);
}

TEST(TypeFunctor, EqualTypesMerge) {
  EXPECT_EQ(mergedType("int", "int"), "signed integer");
  EXPECT_EQ(mergedType("int", "str"), "null");
  EXPECT_EQ(mergedType("ints.u8", "ints.u16"), "signed integer");
  EXPECT_EQ(mergedType("lines", "lines"), "strings concatenated with \"\\n\"");
  EXPECT_EQ(mergedType("lines", "commas"), "null");
}

TEST(TypeFunctor, ContainersMergeTheirElements) {
  EXPECT_EQ(mergedType("listOf (types.enum [ 1 ])", "listOf (types.enum [ 2 1 ])"), "list of (one of 1, 2)");
  EXPECT_EQ(mergedType("attrsOf types.int", "attrsOf types.str"), "null");
  EXPECT_EQ(mergedType("attrsOf types.int", "lazyAttrsOf types.int"), "null");
  EXPECT_EQ(mergedType("either types.int types.str", "either types.int types.str"), "signed integer or string");
  EXPECT_EQ(mergedType("coercedTo types.int toString types.str", "coercedTo types.int toString types.str"), "null");
}

TEST(TypeFunctor, FunctorsCanBeUsedByHand) {
  Nix nix;
  EXPECT_EQ(
      nix.run("let f = (types.listOf types.int).functor; in [ f.name (f.type { elemType = types.str; }).description"
              " (f.binOp f.payload f.payload).elemType.description ]"),
      R"(["listOf","list of string","signed integer"])");
}

TEST(TypeFunctor, CustomTypesMergeByName) {
  Nix nix;
  EXPECT_EQ(nix.run("(types.mergeTypes (types.mkOptionType { name = \"int\"; }) types.int).description"),
            R"("signed integer")");
  EXPECT_EQ(nix.run("(types.mergeTypes types.int types.str)._type"), R"("merge-error")");
}

}  // namespace
}  // namespace fleetd::compose::test
