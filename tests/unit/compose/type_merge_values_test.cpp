// Values without structure: equality, no type, anything, functions, tagged unions.
#include <gtest/gtest.h>

#include "tests/unit/compose/helpers.hpp"

namespace fleetd::compose::test {
namespace {

std::string merged(const std::string& declaration, const std::string& defs, const std::string& then = ".config") {
  Nix nix;
  return nix.json(nix.modules("[ { options.o = mkOption { " + declaration + " }; } " + defs + " ]", then));
}

TEST(TypeMergeValues, EqualDefinitionsMerge) {
  EXPECT_EQ(merged("type = types.int;", "{ o = 1; } { o = 1; }"), R"({"o":1})");
  EXPECT_EQ(merged("type = types.int;", "{ _file = \"a\"; o = 1; } { _file = \"b\"; o = 2; }"),
            "error: The option `o' has conflicting definition values:\n- In `b': 2\n- In `a': 1\n"
            "Use `lib.mkForce value` or `lib.mkDefault value` to change the priority on any of these definitions.\n");
}

TEST(TypeMergeValues, WithoutAType) {
  EXPECT_EQ(merged("", "{ o = [ 1 ]; } { o = [ 2 ]; }"), R"({"o":[2,1]})");
  EXPECT_EQ(merged("", "{ o = \"a\"; } { o = \"b\"; }"), R"({"o":"ba"})");
  EXPECT_EQ(merged("", "{ o = { a = 1; b = 1; }; } { o = { b = 2; }; }"), R"({"o":{"a":1,"b":1}})");
  EXPECT_EQ(merged("", "{ o = false; } { o = true; }"), R"({"o":true})");
  EXPECT_EQ(merged("", "{ o = x: [ x ]; } { o = x: [ (x + 1) ]; }", ".config.o 1"), "[2,1]");
  EXPECT_NE(merged("", "{ o = 1; } { o = 2; }").find("Cannot merge definitions of `o'"), std::string::npos);
}

TEST(TypeMergeValues, AnythingMergesSetsAndFunctions) {
  EXPECT_EQ(merged("type = types.anything;", "{ o.a.b = 1; } { o.a.c = mkDefault 2; }"),
            R"({"o":{"a":{"b":1,"c":2}}})");
  EXPECT_EQ(merged("type = types.anything;", "{ o = x: { a = x; }; } { o = x: { b = x; }; }", ".config.o 1"),
            R"({"a":1,"b":1})");
  EXPECT_NE(merged("type = types.anything;", "{ o = 1; } { o = \"s\"; }").find("has conflicting option types in"),
            std::string::npos);
}

TEST(TypeMergeValues, FunctionsMergeTheirResults) {
  EXPECT_EQ(merged("type = types.functionTo (types.listOf types.int);", "{ o = x: [ x ]; } { o = x: [ (x * 2) ]; }",
                   ".config.o 3"),
            "[6,3]");
  EXPECT_NE(merged("type = types.functionTo types.int;", "{ o = x: \"s\"; }", ".config.o 3")
                .find("`o.<function body>' is not of type"),
            std::string::npos);
}

TEST(TypeMergeValues, TheTypeOfAResultIsNotAskedForBeforeThereIsOne) {
  Nix nix;
  EXPECT_EQ(
      nix.run("lib.functionArgs ((types.functionTo (throw \"no\")).merge [ ] [ { value = { a, b ? 1 }: null; } ])"),
      R"({"a":false,"b":true})");
}

TEST(TypeMergeValues, TagsMustAgree) {
  const std::string type =
      "type = types.attrTag { a = mkOption { type = types.listOf types.int; }; b = mkOption { type = types.int; }; };";
  EXPECT_EQ(merged(type, "{ o.a = [ 1 ]; } { o.a = [ 2 ]; }"), R"({"o":{"a":[2,1]}})");
  EXPECT_NE(merged(type, "{ o.a = [ 1 ]; } { o.b = 2; }").find("The option `o` is defined both as `b` and `a`"),
            std::string::npos);
}

}  // namespace
}  // namespace fleetd::compose::test
