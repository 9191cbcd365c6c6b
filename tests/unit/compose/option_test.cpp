// Values of options and the sets by which `options` shows them.
#include <gtest/gtest.h>

#include "tests/unit/compose/helpers.hpp"

namespace fleetd::compose::test {
namespace {

TEST(Option, ApplyChangesTheValue) {
  Nix nix;
  EXPECT_EQ(nix.config("[ { options.a = mkOption { type = types.int; apply = x: x + 1; }; } { a = 1; } ]"),
            R"({"a":2})");
}

TEST(Option, ReadOnlyCountsDefinitionsBeforeConditions) {
  Nix nix;
  EXPECT_EQ(
      nix.config(
          "[ { options.a = mkOption { readOnly = true; default = \"d\"; }; } { _file = \"m\"; a = mkIf false 1; } ]"),
      "error: The option `a' is read-only, but it's set multiple times. Definition values:\n- In `<unknown-file>': \"d\"\n- In `m'");
}

TEST(Option, ViewTellsDefinitionsFilesAndPriority) {
  Nix nix;
  const std::string modules =
      "[ { _file = \"d\"; options.a = mkOption { type = types.listOf types.int; default = [ 0 ]; description = \"x\"; }; }"
      " { _file = \"m\"; a = mkForce (mkAfter [ 1 ]); } { _file = \"n\"; a = mkForce [ 2 ]; } ]";
  EXPECT_EQ(nix.json(nix.modules(modules, ".options.a.files")), R"(["n","m"])");
  EXPECT_EQ(nix.json(nix.modules(modules, ".options.a.definitions")), "[[2],[1]]");
  EXPECT_EQ(nix.json(nix.modules(modules, ".options.a.highestPrio")), "50");
  EXPECT_EQ(nix.json(nix.modules(modules, ".options.a.isDefined")), "true");
  EXPECT_EQ(nix.json(nix.modules(modules, ".options.a.declarations")), R"(["d"])");
  EXPECT_EQ(nix.json(nix.modules(modules, ".options.a.loc")), R"(["a"])");
  EXPECT_EQ(nix.json(nix.modules(modules, ".options.a.definitionsWithLocations")),
            R"([{"file":"n","value":[2]},{"file":"m","priority":1500,"value":[1]}])");
  EXPECT_EQ(nix.run("\"${(evalModules { modules = " + modules + "; }).options.a}\""), R"("a")");
}

TEST(Option, ErrorsNameTheOptionUnderEvaluation) {
  Nix nix;
  const Value v = nix.ev.forceDeep(nix.modules("[ { options.a.b = mkOption { default = throw \"inner\"; }; } ]"));
  ASSERT_TRUE(v.isError());
  EXPECT_EQ(v.error->message, "inner");
  EXPECT_EQ(v.error->option, "a.b");
}

TEST(Option, CycleIsReported) {
  Nix nix;
  EXPECT_NE(
      nix.config(
             "[ ({ config, ... }: { options.a = mkOption { default = config.b; }; options.b = mkOption { default = config.a; }; }) ]")
          .find("infinite recursion encountered"),
      std::string::npos);
}

}  // namespace
}  // namespace fleetd::compose::test
