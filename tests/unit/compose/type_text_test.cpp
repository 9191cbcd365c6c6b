// Names and descriptions of types.
#include <gtest/gtest.h>

#include "tests/unit/compose/helpers.hpp"

namespace fleetd::compose::test {
namespace {

std::string description(const std::string& type) {
  Nix nix;
  const Value v = nix.eval("(types." + type + ").description");
  return v.is(lang::Tag::String) ? std::string(v.string()) : nix.json(v);
}

TEST(TypeText, Descriptions) {
  EXPECT_EQ(description("listOf types.str"), "list of string");
  EXPECT_EQ(description("listOf (types.nullOr types.int)"), "list of (null or signed integer)");
  EXPECT_EQ(description("nullOr (types.listOf types.int)"), "null or (list of signed integer)");
  EXPECT_EQ(description("attrsOf (types.submodule { })"), "attribute set of (submodule)");
  EXPECT_EQ(description("lazyAttrsOf types.int"), "lazy attribute set of signed integer");
  EXPECT_EQ(description("either types.ints.positive types.str"), "positive integer, meaning >0, or string");
  EXPECT_EQ(description("oneOf [ types.int types.str (types.listOf types.int) ]"),
            "signed integer or string or list of signed integer");
  EXPECT_EQ(description("enum [ \"a\" 1 true ]"), "one of \"a\", 1, true");
  EXPECT_EQ(description("enum [ \"a\" ]"), "value \"a\" (singular enum)");
  EXPECT_EQ(description("enum [ ]"), "impossible (empty enum)");
  EXPECT_EQ(description("coercedTo types.int toString types.str"), "string or signed integer convertible to it");
  EXPECT_EQ(description("nonEmptyListOf types.int"), "non-empty (list of signed integer)");
  EXPECT_EQ(description("ints.between 1 5"), "integer between 1 and 5 (both inclusive)");
  EXPECT_EQ(description("numbers.between 0 1.5"),
            "integer or floating point number between 0 and 1.5 (both inclusive)");
  EXPECT_EQ(description("passwdEntry types.str"), "string, not containing newlines or colons");
  EXPECT_EQ(description("functionTo types.int"), "function that evaluates to a(n) signed integer");
  EXPECT_EQ(description("attrTag { \"x y\" = mkOption { }; a = mkOption { }; }"),
            "attribute-tagged union with choices: a, \"x y\"");
  EXPECT_EQ(description("separatedString \"\\n\""), "strings concatenated with \"\\n\"");
  EXPECT_EQ(description("pathWith { absolute = true; inStore = false; }"), "absolute path not in the Nix store");
  EXPECT_EQ(description("json"), "JSON value");
}

TEST(TypeText, Names) {
  Nix nix;
  EXPECT_EQ(
      nix.run(
          "map (t: t.name) [ types.port (types.ints.between 1 2) (types.strMatching \"a\") (types.passwdEntry types.str) types.lines ]"),
      R"(["unsignedInt16","intBetween","strMatching \"a\"","passwdEntry str","separatedString"])");
}

}  // namespace
}  // namespace fleetd::compose::test
