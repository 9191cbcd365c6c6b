// The functions of lib.modules that other code calls itself.
#include <gtest/gtest.h>

#include "tests/unit/compose/helpers.hpp"

namespace fleetd::compose::test {
namespace {

TEST(LibModules, MergeDefinitions) {
  Nix nix;
  const std::string call =
      "(lib.mergeDefinitions [ \"o\" ] (types.listOf types.int) [ { file = \"a\"; value = mkAfter [ 1 ]; } { file = \"b\"; value = [ 2 ]; } ])";
  EXPECT_EQ(nix.run(call + ".mergedValue"), "[2,1]");
  EXPECT_EQ(nix.run("map (d: d.file) " + call + ".defsFinal"), R"(["b","a"])");
  EXPECT_EQ(nix.run(call + ".optionalValue"), R"({"value":[2,1]})");
  EXPECT_EQ(nix.run("(lib.mergeDefinitions [ ] types.int [ ]).isDefined"), "false");
}

TEST(LibModules, ArgumentsOfEvalModulesAreChecked) {
  Nix nix;
  EXPECT_EQ(nix.run("evalModules { modules = [ ]; modul = 1; }"),
            "error: function 'evalModules' called with unexpected argument 'modul'");
  EXPECT_EQ(nix.run("evalModules { }"), "error: function 'evalModules' called without required argument 'modules'");
}

TEST(LibModules, ModuleErrorsCanBeCaught) {
  Nix nix;
  EXPECT_EQ(
      nix.run("(builtins.tryEval (evalModules { modules = [ { options.a = mkOption { }; } ]; }).config.a).success"),
      "false");
}

TEST(LibModules, MergeAttrDefinitionsWithPrio) {
  Nix nix;
  EXPECT_EQ(
      nix.run(
          "lib.modules.mergeAttrDefinitionsWithPrio (evalModules { modules = [ { options.o = mkOption { type = types.attrsOf types.int; }; }"
          " { o.a = mkForce 1; o.b = 2; } ]; }).options.o"),
      R"({"a":{"highestPrio":50,"value":1},"b":{"highestPrio":100,"value":2}})");
  // Priorities are known without looking at the values.
  EXPECT_EQ(
      nix.run(
          "lib.mapAttrs (n: v: v.highestPrio) (lib.modules.mergeAttrDefinitionsWithPrio (evalModules { modules = [ "
          "{ options.o = mkOption { type = types.attrsOf types.int; }; } { o.a = mkForce (throw \"a\"); o.b = mkDefault (throw "
          "\"b\"); } ]; }).options.o)"),
      R"({"a":50,"b":1000})");
}

}  // namespace
}  // namespace fleetd::compose::test
