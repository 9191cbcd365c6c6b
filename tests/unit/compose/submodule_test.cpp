// Submodules and deferred modules.
#include <gtest/gtest.h>

#include "tests/unit/compose/helpers.hpp"

namespace fleetd::compose::test {
namespace {

std::string sub(const std::string& type, const std::string& defs) {
  Nix nix;
  return nix.config("[ { options.s = mkOption { type = " + type + "; }; } " + defs + " ]");
}

TEST(Submodule, NameIsThePlaceOfTheValue) {
  const std::string named = "(types.submodule ({ name, ... }: { options.n = mkOption { default = name; }; }))";
  EXPECT_EQ(sub("types.attrsOf " + named, "{ s.x = { }; }"), R"({"s":{"x":{"n":"x"}}})");
  EXPECT_EQ(sub("types.listOf " + named, "{ s = [ { } ]; }"), R"({"s":[{"n":"[definition 1-entry 1]"}]})");
  EXPECT_EQ(sub(named, ""), R"({"s":{"n":"‹name›"}})");
  EXPECT_EQ(sub(named, "{ s = { }; }"), R"({"s":{"n":"s"}})");
}

TEST(Submodule, EachLevelReversesOnceMore) {
  EXPECT_EQ(sub("types.submodule { options.l = mkOption { type = types.listOf types.int; }; }",
                "{ s.l = [ 1 ]; } { s.l = [ 2 ]; }"),
            R"({"s":{"l":[1,2]}})");
}

TEST(Submodule, SetsAreConfigurationFunctionsAreModules) {
  EXPECT_EQ(sub("types.submodule { freeformType = types.attrsOf types.int; }", "{ s = { config = 1; }; }"),
            R"({"s":{"config":1}})");
  EXPECT_EQ(sub("types.submodule { freeformType = types.attrsOf types.int; }", "{ s = { ... }: { config.x = 1; }; }"),
            R"({"s":{"x":1}})");
}

TEST(Submodule, SubmoduleWithTakesModules) {
  EXPECT_EQ(sub("types.submoduleWith { modules = [ { options.a = mkOption { default = 1; }; } ]; }",
                "{ s = { options.b = mkOption { default = 2; }; config.a = 3; }; }"),
            R"({"s":{"a":3,"b":2}})");
}

TEST(Submodule, ErrorsHaveTheWholePath) {
  EXPECT_NE(
      sub("types.attrsOf (types.submodule { options.uid = mkOption { type = types.int; }; })", "{ s.eve.uid = \"x\"; }")
          .find("A definition for option `s.eve.uid' is not of type `signed integer'"),
      std::string::npos);
  EXPECT_NE(sub("types.submodule { options.uid = mkOption { }; }", "{ s.udi = 1; }").find("Did you mean `s.uid'?"),
            std::string::npos);
}

TEST(Submodule, SpecialArgsAndClassOfMergedDeclarations) {
  Nix nix;
  EXPECT_NE(
      nix.run(
             "types.mergeTypes (types.submoduleWith { modules = [ ]; class = \"a\"; }) (types.submoduleWith { modules = [ ]; class = \"b\"; })")
          .find("conflicting class values \"a\" and \"b\""),
      std::string::npos);
}

TEST(Submodule, DeferredModulesKeepTheirFiles) {
  Nix nix;
  EXPECT_EQ(nix.run("let m = (evalModules { modules = [ { options.d = mkOption { type = types.deferredModule; }; }"
                    " { _file = \"one\"; d = { a = 1; }; } ]; }).config.d; in [ (head m.imports)._file"
                    " (evalModules { modules = [ m { options.a = mkOption { }; } ]; }).config.a ]"),
            R"(["one, via option d",1])");
}

TEST(Submodule, DescriptionOfAFreeformSubmodule) {
  Nix nix;
  EXPECT_EQ(nix.run("(types.submodule { freeformType = types.attrsOf types.int; }).description"),
            R"("open submodule of attribute set of signed integer")");
}

}  // namespace
}  // namespace fleetd::compose::test
