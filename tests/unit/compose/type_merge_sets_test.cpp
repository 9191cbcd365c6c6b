// Lists, sets of values, attribute lists.
#include <gtest/gtest.h>

#include "tests/unit/compose/helpers.hpp"

namespace fleetd::compose::test {
namespace {

std::string merged(const std::string& type, const std::string& defs) {
  Nix nix;
  return nix.config("[ { options.o = mkOption { type = types." + type + "; }; } " + defs + " ]");
}

TEST(TypeMergeSets, ListElementsMayBeProperties) {
  EXPECT_EQ(merged("listOf types.int", "{ o = [ 1 (mkIf false 2) (mkMerge [ 3 ]) (mkForce 4) ]; }"),
            R"({"o":[1,3,4]})");
}

TEST(TypeMergeSets, ListErrorsNameTheEntry) {
  EXPECT_NE(merged("listOf types.int", "{ o = [ 1 ]; } { o = [ 2 \"x\" ]; }").find("`o.\"[definition 1-entry 2]\"'"),
            std::string::npos);
}

TEST(TypeMergeSets, EntriesWithFalseConditionsGo) {
  EXPECT_EQ(merged("attrsOf types.int", "{ o.a = mkIf false 1; o.b = 2; }"), R"({"o":{"b":2}})");
  EXPECT_EQ(merged("lazyAttrsOf (types.nullOr types.int)", "{ o.a = mkIf false 1; }"), R"({"o":{"a":null}})");
}

TEST(TypeMergeSets, EntriesMergeByName) {
  EXPECT_EQ(merged("attrsOf (types.listOf types.int)", "{ o.a = [ 1 ]; } { o.a = mkBefore [ 2 ]; o.b = [ ]; }"),
            R"({"o":{"a":[2,1],"b":[]}})");
  EXPECT_EQ(merged("attrsOf types.int", "{ o.a = mkDefault 1; } { o.a = 2; }"), R"({"o":{"a":2}})");
}

TEST(TypeMergeSets, LazySetsMayReferToThemselves) {
  Nix nix;
  EXPECT_EQ(
      nix.config(
          "[ ({ config, ... }: { options.o = mkOption { type = types.lazyAttrsOf types.int; }; config.o = { a = 1; b = config.o.a + 1; }; }) ]"),
      R"({"o":{"a":1,"b":2}})");
  EXPECT_NE(
      nix.config(
             "[ ({ config, ... }: { options.o = mkOption { type = types.attrsOf types.int; }; config.o = { a = 1; b = config.o.a + 1; }; }) ]")
          .find("infinite recursion"),
      std::string::npos);
}

}  // namespace
}  // namespace fleetd::compose::test
