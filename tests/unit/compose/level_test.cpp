// The tree of declared options.
#include <gtest/gtest.h>

#include "tests/unit/compose/helpers.hpp"

namespace fleetd::compose::test {
namespace {

TEST(Level, SeveralModulesDeclareBelowOneName) {
  Nix nix;
  EXPECT_EQ(nix.config("[ { options.n.a = mkOption { default = 1; }; } { options.n.b = mkOption { default = 2; }; } ]"),
            R"({"n":{"a":1,"b":2}})");
}

TEST(Level, SubmoduleMayBeExtendedByATree) {
  Nix nix;
  EXPECT_EQ(
      nix.config(
          "[ { options.s = mkOption { type = types.submodule { options.a = mkOption { default = 1; }; }; default = { }; }; }"
          " { options.s.b = mkOption { default = 2; }; } ]"),
      R"({"s":{"a":1,"b":2}})");
}

TEST(Level, OtherOptionsAreNoParents) {
  Nix nix;
  EXPECT_EQ(
      nix.config(
          "[ { _file = \"one\"; options.a = mkOption { type = types.int; }; } { _file = \"two\"; options.a.b = mkOption { }; } ]"),
      "error: The option `a' in module `one' would be a parent of the following options, but its type `signed integer' does not support "
      "nested options.\n - option(s) with prefix `a.b' in module `two'");
}

TEST(Level, BareTypeIsNoOption) {
  Nix nix;
  const std::string text = nix.config("[ { _file = \"m\"; options.n.p = types.int; } ]");
  EXPECT_NE(
      text.find(
          "In module m: expected an option declaration at option path `n.p` but got an attribute set with type option-type"),
      std::string::npos);
  EXPECT_NE(text.find("    # n.p\n    p = lib.mkOption {"), std::string::npos);
}

TEST(Level, DeclarationsMustBeSets) {
  Nix nix;
  EXPECT_NE(nix.config("[ { options.a = 1; } ]")
                .find("An option declaration for `a' has type\n`int' rather than an attribute set."),
            std::string::npos);
}

TEST(Level, ValuesOfOtherOptionsAreNotForced) {
  Nix nix;
  EXPECT_EQ(nix.json(nix.modules(
                "[ { options.a = mkOption { default = throw \"no\"; }; options.b = mkOption { default = 2; }; } ]",
                ".config.b")),
            "2");
}

}  // namespace
}  // namespace fleetd::compose::test
