// Merging by type: unions, coercions, uniqueness, strings.
#include <gtest/gtest.h>

#include "tests/unit/compose/helpers.hpp"

namespace fleetd::compose::test {
namespace {

std::string merged(const std::string& type, const std::string& defs) {
  Nix nix;
  return nix.config("[ { options.o = mkOption { type = types." + type + "; }; } " + defs + " ]");
}

TEST(TypeMerge, EitherCommitsToTheOuterShape) {
  EXPECT_EQ(merged("either (types.listOf types.int) types.str", "{ o = [ 1 ]; }"), R"({"o":[1]})");
  EXPECT_NE(merged("either (types.listOf types.int) types.str", "{ o = [ \"x\" ]; }")
                .find("`o.\"[definition 1-entry 1]\"' is not of type `signed integer'"),
            std::string::npos);
  EXPECT_NE(merged("either types.int types.str", "{ o = 1; } { o = \"s\"; }")
                .find("TypeError: The option `o` is neither a value of type `signed integer` nor `string`"),
            std::string::npos);
}

TEST(TypeMerge, CoercionComesBeforeMerging) {
  EXPECT_EQ(merged("coercedTo types.int (x: [ x ]) (types.listOf types.int)", "{ o = 1; } { o = [ 2 ]; }"),
            R"({"o":[2,1]})");
}

TEST(TypeMerge, AddCheckKeepsTheDescription) {
  EXPECT_NE(merged("addCheck types.int (x: x < 5)", "{ o = 7; }").find("is not of type `signed integer'"),
            std::string::npos);
  EXPECT_EQ(merged("addCheck (types.listOf types.int) (l: l != [ ])", "{ o = [ 1 ]; }"), R"({"o":[1]})");
}

TEST(TypeMerge, UniqueRefusesEqualDefinitions) {
  EXPECT_NE(merged("uniq types.int", "{ o = 1; } { o = 1; }")
                .find("is defined multiple times while it's expected to be unique."),
            std::string::npos);
  EXPECT_NE(
      merged("unique { message = \"Once.\"; } types.int", "{ o = 1; } { o = 2; }").find("\nOnce.\nDefinition values:"),
      std::string::npos);
  EXPECT_EQ(merged("raw", "{ o = 1; } { o = mkForce 2; }"), R"({"o":2})");
}

TEST(TypeMerge, Strings) {
  EXPECT_EQ(merged("lines", "{ o = \"a\\n\"; } { o = \"b\"; }"), R"({"o":"b\na\n"})");
  EXPECT_EQ(merged("commas", "{ o = \"a\"; } { o = \"b\"; }"), R"({"o":"b,a"})");
  EXPECT_EQ(merged("singleLineStr", "{ o = \"a\\n\"; }"), R"({"o":"a"})");
}

TEST(TypeMerge, NullOrTakesAllOrNone) {
  EXPECT_EQ(merged("nullOr types.int", "{ o = null; } { o = null; }"), R"({"o":null})");
  EXPECT_NE(merged("nullOr types.int", "{ o = null; } { o = 1; }").find("is defined both null and not null"),
            std::string::npos);
}

TEST(TypeMerge, OverriddenCheckOfAStructuredTypeIsRefused) {
  EXPECT_NE(merged("listOf types.int // { check = x: true; }", "{ o = [ ]; }")
                .find("ad-hoc `type // { check = ...; }' override"),
            std::string::npos);
  EXPECT_EQ(merged("str // { check = x: x == \"ok\"; }", "{ o = \"ok\"; }"), R"({"o":"ok"})");
  EXPECT_NE(merged("str // { check = x: x == \"ok\"; }", "{ o = \"no\"; }").find("is not of type `string'"),
            std::string::npos);
}

TEST(TypeMerge, CustomTypesUseTheirOwnFunctions) {
  EXPECT_EQ(
      merged("mkOptionType { name = \"sum\"; check = isInt; merge = loc: defs: foldl' (a: d: a + d.value) 0 defs; }",
             "{ o = 1; } { o = 2; }"),
      R"({"o":3})");
  EXPECT_EQ(merged("mkOptionType { name = \"any\"; }", "{ o = [ 1 ]; } { o = [ 2 ]; }"), R"({"o":[2,1]})");
  EXPECT_EQ(merged("str // { description = \"name\"; }", "{ o = 1; }"),
            "error: A definition for option `o' is not of type `name'. Definition values:\n- In `<unknown-file>': 1");
}

}  // namespace
}  // namespace fleetd::compose::test
