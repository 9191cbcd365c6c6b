// Several declarations of one option.
#include <gtest/gtest.h>

#include "tests/unit/compose/helpers.hpp"

namespace fleetd::compose::test {
namespace {

std::string two(const std::string& first, const std::string& second, const std::string& defs) {
  Nix nix;
  return nix.config("[ { _file = \"one\"; options.o = mkOption { " + first +
                    " }; } { _file = \"two\"; options.o = mkOption { " + second + " }; } " + defs + " ]");
}

TEST(Declaration, TypesMerge) {
  EXPECT_EQ(two("type = types.enum [ 1 ];", "type = types.enum [ 2 ];", "{ o = 2; }"), R"({"o":2})");
  EXPECT_EQ(
      two("type = types.listOf (types.enum [ 1 ]);", "type = types.listOf (types.enum [ 2 ]);", "{ o = [ 1 2 ]; }"),
      R"({"o":[1,2]})");
}

TEST(Declaration, SecondMayAddADefault) { EXPECT_EQ(two("type = types.int;", "default = 4;", ""), R"({"o":4})"); }

TEST(Declaration, RepeatedAttributesAndOtherTypesAreRefused) {
  const std::string text = "error: The option `o' in `one' is already declared in `two'.";
  EXPECT_EQ(two("default = 1;", "default = 2;", ""), text);
  EXPECT_EQ(two("description = \"a\";", "description = \"b\";", ""), text);
  EXPECT_EQ(two("type = types.int;", "type = types.str;", "{ o = 1; }"), text);
}

TEST(Declaration, SubmodulesJoinTheirOptions) {
  EXPECT_EQ(two("type = types.attrsOf (types.submodule { options.a = mkOption { default = 1; }; });",
                "type = types.attrsOf (types.submodule { options.b = mkOption { default = 2; }; });", "{ o.x = { }; }"),
            R"({"o":{"x":{"a":1,"b":2}}})");
}

TEST(Declaration, OptionTypesMergeWhenDefinedTwice) {
  Nix nix;
  EXPECT_EQ(nix.config("[ { options.t = mkOption { type = types.optionType; apply = t: t.description; }; }"
                       " { t = types.enum [ 1 ]; } { t = types.enum [ 2 ]; } ]"),
            R"({"t":"one of 2, 1"})");
}

}  // namespace
}  // namespace fleetd::compose::test
