// Properties around sets of options move to the options; definitions without an option are found.
#include <gtest/gtest.h>

#include "tests/unit/compose/helpers.hpp"

namespace fleetd::compose::test {
namespace {

constexpr const char* kOptions =
    "{ options.s.a = mkOption { type = types.int; default = 0; }; options.s.b = mkOption { type = types.int; default = 0; };"
    " options.on = mkOption { type = types.bool; default = false; }; }";

std::string config(const std::string& modules) {
  Nix nix;
  return nix.config("[ " + std::string(kOptions) + " " + modules + " ]");
}

TEST(PushDown, ConditionReadsSiblingsOfWhatItGuards) {
  EXPECT_EQ(config("({ config, ... }: { s = mkIf (config.s.b == 1) { a = 5; }; }) { s.b = 1; }"),
            R"({"on":false,"s":{"a":5,"b":1}})");
  EXPECT_EQ(config("({ config, ... }: mkIf config.on { s.a = 5; }) { on = true; }"),
            R"({"on":true,"s":{"a":5,"b":0}})");
}

TEST(PushDown, PriorityIsThatOfEachOption) {
  EXPECT_EQ(config("{ s = mkForce { a = 1; }; } { s.a = 2; s.b = 3; }"), R"({"on":false,"s":{"a":1,"b":3}})");
  EXPECT_EQ(config("{ s = mkIf true (mkForce (mkMerge [ { a = 1; } { b = 1; } ])); } { s.a = 2; }"),
            R"({"on":false,"s":{"a":1,"b":1}})");
}

TEST(PushDown, InnerPropertyBelowAnOverrideStaysInTheValue) {
  EXPECT_NE(config("{ s = mkForce { a = mkIf true 1; }; }").find("_type = \"if\";"), std::string::npos);
}

TEST(PushDown, OrderIsNotPushedDown) {
  EXPECT_NE(config("{ s = mkBefore { a = 1; }; }").find("The option `s._type' does not exist"), std::string::npos);
}

TEST(PushDown, ScalarForATreeIsRefused) {
  EXPECT_NE(
      config("{ s = 1; }")
          .find("you're trying to define a value of type `int'\nrather than an attribute set for the option\n`s'!"),
      std::string::npos);
}

TEST(PushDown, UndeclaredIsAnErrorEvenUnderAFalseCondition) {
  const std::string text = config("{ _file = \"m.nix\"; s = mkIf false { c = 1; }; }");
  EXPECT_NE(text.find("The option `s.c' does not exist. Definition values:\n- In `m.nix':"), std::string::npos);
  EXPECT_NE(text.find("Did you mean `s.a' or `s.b'?"), std::string::npos);
}

TEST(PushDown, EveryUndeclaredDefinitionIsFoundInOrderOfNames) {
  Nix nix;
  const Value modules = nix.eval("[ " + std::string(kOptions) + " { z = 1; s.y = 1; s.x = 1; } ]");
  const ModuleSource source{ModuleSource::Kind::List, modules, nullptr};
  Evaluation* e =
      newEvaluation(nix.compose, {std::span<const ModuleSource>(&source, 1), nix.ev.attrs({}), {}, nullptr, false});
  EXPECT_TRUE(nix.ev.force(visibleConfig(*e)).isError());
  ASSERT_EQ(e->unmatched.size(), 3u);
  EXPECT_EQ(showOption(nix.compose, e->unmatched[0].loc), "s.x");
  EXPECT_EQ(showOption(nix.compose, e->unmatched[1].loc), "s.y");
  EXPECT_EQ(showOption(nix.compose, e->unmatched[2].loc), "z");
}

}  // namespace
}  // namespace fleetd::compose::test
