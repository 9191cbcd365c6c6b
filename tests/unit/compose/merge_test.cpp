// Conditions, priorities and order of the definitions of one option.
#include <gtest/gtest.h>

#include "tests/unit/compose/helpers.hpp"

namespace fleetd::compose::test {
namespace {

std::string option(const std::string& type, const std::string& defs) {
  Nix nix;
  return nix.config("[ { options.o = mkOption { type = types." + type + "; }; } " + defs + " ]");
}

TEST(Merge, StrongestPriorityWins) {
  EXPECT_EQ(option("int", "{ o = mkDefault 1; } { o = 2; }"), R"({"o":2})");
  EXPECT_EQ(option("int", "{ o = mkForce 1; } { o = 2; } { o = mkOverride 60 3; }"), R"({"o":1})");
}

TEST(Merge, DefinitionsThatLoseAreNotLookedInto) {
  EXPECT_EQ(option("int", "{ o = mkDefault (throw \"lost\"); } { o = 2; }"), R"({"o":2})");
  EXPECT_EQ(option("int", "{ o = throw \"seen\"; } { o = mkForce 2; }"), "error: seen");
}

TEST(Merge, OrderSortsStably) {
  EXPECT_EQ(option("listOf types.int",
                   "{ o = mkAfter [ 1 ]; } { o = [ 2 ]; } { o = mkBefore [ 3 ]; } { o = mkOrder 1000 [ 4 ]; }"),
            R"({"o":[3,4,2,1]})");
}

TEST(Merge, ConditionsDropDefinitions) {
  EXPECT_EQ(option("listOf types.int", "{ o = mkIf false [ 1 ]; } { o = mkMerge [ (mkIf true [ 2 ]) [ 3 ] ]; }"),
            R"({"o":[2,3]})");
  EXPECT_NE(option("int", "{ o = mkIf \"yes\" 1; }").find("‘mkIf’ called with a non-Boolean condition"),
            std::string::npos);
}

TEST(Merge, PropertiesNestInOneOrderOnly) {
  EXPECT_NE(option("int", "{ o = mkForce (mkIf true 2); }").find("_type = \"if\";"), std::string::npos);
  EXPECT_EQ(option("int", "{ o = mkIf true (mkForce 2); } { o = 1; }"), R"({"o":2})");
}

TEST(Merge, MkDefinitionBringsItsFile) {
  EXPECT_NE(
      option("int", "{ o = mkDefinition { file = \"elsewhere\"; value = \"x\"; }; }").find("- In `elsewhere': \"x\""),
      std::string::npos);
}

TEST(Merge, NoDefinitionIsAnErrorOrTheEmptyValue) {
  EXPECT_EQ(option("int", ""), "error: The option `o' was accessed but has no value defined. Try setting the option.");
  EXPECT_EQ(option("listOf types.int", "{ o = mkIf false [ 1 ]; }"), R"({"o":[]})");
}

}  // namespace
}  // namespace fleetd::compose::test
