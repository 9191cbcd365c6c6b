// Results of an evaluation: configuration, freeform parts, extension.
#include <gtest/gtest.h>

#include "tests/unit/compose/helpers.hpp"

namespace fleetd::compose::test {
namespace {

TEST(Evaluation, ResultHasItsMembers) {
  Nix nix;
  EXPECT_EQ(
      nix.run(
          "let r = evalModules { modules = [ ]; class = \"c\"; }; in [ r._type r.class r.config (attrNames r._module) ]"),
      R"(["configuration","c",{},["args","check","freeformType","specialArgs"]])");
}

TEST(Evaluation, FreeformJoinsDeclaredOptions) {
  Nix nix;
  EXPECT_EQ(
      nix.config(
          "[ { freeformType = with types; lazyAttrsOf anything; options.net.port = mkOption { type = types.int; default = 1; }; }"
          " { net.host = \"h\"; x = 1; } ]"),
      R"({"net":{"host":"h","port":1},"x":1})");
}

TEST(Evaluation, FreeformChecksItsType) {
  Nix nix;
  EXPECT_NE(nix.config("[ { freeformType = types.attrsOf types.int; } { x = \"s\"; } ]")
                .find("A definition for option `x' is not of type `signed integer'"),
            std::string::npos);
}

TEST(Evaluation, CheckCanBeTurnedOff) {
  Nix nix;
  EXPECT_EQ(nix.config("[ { _module.check = false; undeclared = 1; } ]"), "{}");
}

TEST(Evaluation, ConfigOfUnknownShapeIsACycle) {
  Nix nix;
  EXPECT_NE(
      nix.config(
             "[ ({ config, ... }: { config = if config.a then { a = true; } else { }; }) { options.a = mkOption { }; } ]")
          .find("infinite recursion encountered"),
      std::string::npos);
}

TEST(Evaluation, ExtendModulesAddsModules) {
  Nix nix;
  EXPECT_EQ(nix.run("let r = evalModules { modules = [ { options.a = mkOption { default = 1; }; } ]; };"
                    " in [ r.config.a (r.extendModules { modules = [ { a = 2; } ]; }).config.a ]"),
            "[1,2]");
}

TEST(Evaluation, TypeOfAnEvaluationIsASubmodule) {
  Nix nix;
  EXPECT_EQ(
      nix.run(
          "let r = evalModules { modules = [ { options.a = mkOption { default = 1; }; } ]; };"
          " in (evalModules { modules = [ { options.s = mkOption { inherit (r) type; }; } { s.a = 3; } ]; }).config"),
      R"({"s":{"a":3}})");
}

TEST(Evaluation, PrefixNamesOptions) {
  Nix nix;
  EXPECT_EQ(
      nix.run(
          "(evalModules { prefix = [ \"p\" ]; modules = [ { options.a = mkOption { type = types.int; }; } ]; }).config.a"),
      "error: The option `p.a' was accessed but has no value defined. Try setting the option.");
}

TEST(Evaluation, NothingDeclaredHasItsOwnHint) {
  Nix nix;
  EXPECT_NE(
      nix.config("[ { a = 1; } ]")
          .find("It seems as if you're trying to declare an option by placing it into `config' rather than `options'!"),
      std::string::npos);
}

}  // namespace
}  // namespace fleetd::compose::test
