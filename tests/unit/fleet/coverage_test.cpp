// Coverage: each leaf definition counts once, in the right column.
#include "kernel/fleet/coverage.hpp"

#include <gtest/gtest.h>

#include "kernel/fleet/config_tree.hpp"
#include "kernel/fleet/value_knowledge.hpp"
#include "tests/unit/compose/helpers.hpp"

namespace fleetd::fleet {
namespace {

using compose::test::Nix;

// Counts a host on some platform with these modules.
Coverage cover(Nix& nix, const std::string& modules) {
  const lang::Value make =
      nix.ev.evalText("«test»",
                      "{ lib, inputs }: lib.evalModules { specialArgs = { inherit inputs; }; modules = "
                      "[ { _fleetdPlatform = true; _file = \"fleetd: platform\"; } " +
                          modules + " ]; }",
                      "/");
  const lang::Value made =
      nix.ev.call(make, nix.ev.attrs({{"inputs", nix.ev.unknownRoot("inputs")}, {"lib", nix.ev.lib()}}), 0);
  const lang::Value native = nix.ev.selectOr(made, nix.ev.symbol("_fleetdEvaluation"), lang::Value::null(), 0);
  Coverage out;
  EXPECT_TRUE(native.is(lang::Tag::Native));
  if (!native.is(lang::Tag::Native)) return out;
  auto* evaluation = static_cast<compose::Evaluation*>(native.native);
  ConfigWalker walker(
      nix.compose, [](const lang::EvalError&, const std::string&) {}, [](const ConfigWalker::Undeclared&) {});
  static_cast<void>(walker.walk(*evaluation, false));
  out.add(evaluation, "nixos");
  return out;
}

CoverageCounts counts(Nix& nix, const std::string& modules) { return cover(nix, modules).total().counts; }

TEST(Coverage, LeavesOfSetsCountEach) {
  Nix nix;
  const auto n = counts(nix, "{ a = 1; b.c = \"x\"; b.d = { e = [ 1 2 ]; f = true; }; }");
  EXPECT_EQ(n.definitions, 4u);
  EXPECT_EQ(n.paths, 4u);
  EXPECT_EQ(n.structure, 4u);
  EXPECT_EQ(n.known, 4u);
  EXPECT_EQ(n.packages, 0u);
  EXPECT_EQ(n.residual, 0u);
  EXPECT_EQ(n.conditional, 0u);
}

TEST(Coverage, PackagesAreTheirOwnColumn) {
  Nix nix;
  const auto n = counts(nix,
                        "({ pkgs, config, ... }: { a = pkgs.hello; b = \"${pkgs.hello}/bin\"; c = [ pkgs.x 1 ];"
                        " d = pkgs.writeText \"n\" config.z; e = config.z; f = \"${config.z}\"; g = 1; })");
  EXPECT_EQ(n.definitions, 7u);
  EXPECT_EQ(n.packages, 3u);
  EXPECT_EQ(n.residual, 3u);
  EXPECT_EQ(n.known, 1u);
}

TEST(Coverage, AFunctionGivenToAPackageThatReadsTheConfigurationIsResidual) {
  Nix nix;
  const auto n = counts(nix,
                        "({ pkgs, config, ... }: { a = pkgs.hello.override (old: { x = config.y; });"
                        " b = pkgs.hello.override (old: { x = 1; }); c = x: config.y; })");
  EXPECT_EQ(n.residual, 1u);
  EXPECT_EQ(n.packages, 1u);
  EXPECT_EQ(n.known, 1u);
}

TEST(Coverage, ConditionsThatAreNotDecidedAreCountedAndKnownAsCode) {
  Nix nix;
  const auto n = counts(nix,
                        "({ config, lib, ... }: { a = lib.mkIf config.z 1; b = lib.mkIf true 2;"
                        " c = lib.mkMerge [ (lib.mkIf config.z [ 1 ]) (lib.mkForce [ 2 ]) ]; })");
  EXPECT_EQ(n.definitions, 4u);
  EXPECT_EQ(n.structure, 4u);
  EXPECT_EQ(n.conditional, 2u);
  EXPECT_EQ(n.known, 4u);
}

TEST(Coverage, APriorityOnlyNixCanTellIsNoKnownStructure) {
  Nix nix;
  const auto n = counts(nix, "({ config, lib, ... }: { a.b = lib.mkOverride config.z 1; c = 2; })");
  EXPECT_EQ(n.definitions, 2u);
  EXPECT_EQ(n.structure, 1u);
}

TEST(Coverage, ComputedNamesAreDefinitionsWithoutAPath) {
  Nix nix;
  const auto n = counts(nix, "({ config, ... }: { a = { b = 1; } // config.z; c.${config.y} = 2; })");
  EXPECT_EQ(n.definitions - n.paths, 2u);
  EXPECT_EQ(n.paths, 1u);
}

TEST(Coverage, BranchesOfAnUndecidedIfAreLeavesUnderACondition) {
  Nix nix;
  const auto n = counts(nix, "({ config, ... }: { a = if config.z then { b = 1; c = 2; } else { }; })");
  EXPECT_EQ(n.definitions, 2u);
  EXPECT_EQ(n.conditional, 2u);
  EXPECT_EQ(n.known, 2u);
}

TEST(Coverage, SubmodulesCountInsideAndOnce) {
  Nix nix;
  const auto n = counts(nix,
                        "({ lib, ... }: { options.own = lib.mkOption { type = lib.types.attrsOf (lib.types.submodule {"
                        " options.x = lib.mkOption { default = 7; }; options.y = lib.mkOption { }; }); };"
                        " config.own.one = { x = 1; y = 2; }; config.own.two.y = 3; })");
  EXPECT_EQ(n.definitions, 3u);
  EXPECT_EQ(n.known, 3u);
}

TEST(Coverage, DefaultsAndFleetdsOwnModulesDoNotCount) {
  Nix nix;
  const auto n = counts(nix,
                        "({ lib, ... }: { options.own = lib.mkOption { default = 7; }; })"
                        " { _file = \"fleetd: something\"; config.b = 1; }");
  EXPECT_EQ(n.definitions, 0u);
}

TEST(Coverage, ImportsThatCannotBeReadAreListed) {
  Nix nix;
  const auto coverage =
      cover(nix, "({ inputs, ... }: { _file = \"m.nix\"; imports = [ inputs.x.module ]; config.a = 1; })");
  const auto opaque = coverage.opaque();
  ASSERT_EQ(opaque.size(), 1u);
  EXPECT_EQ(opaque[0].reason, "inputs.x.module");
  EXPECT_EQ(opaque[0].hosts, 1u);
  EXPECT_EQ(opaque[0].what, OpaquePart::What::Module);
  EXPECT_EQ(coverage.total().opaque, 1u);
}

TEST(Coverage, TheWorstModuleComesFirst) {
  Nix nix;
  const auto coverage = cover(nix,
                              "{ _file = \"good.nix\"; config.a = 1; }"
                              "({ config, ... }: { _file = \"bad.nix\"; config.b = config.z; })"
                              "({ config, ... }: { _file = \"half.nix\"; config.c = config.z; config.d = 1; })");
  const auto worst = coverage.worst();
  ASSERT_EQ(worst.size(), 3u);
  EXPECT_EQ(worst[0].file, "bad.nix");
  EXPECT_EQ(worst[1].file, "half.nix");
  EXPECT_EQ(worst[2].file, "good.nix");
}

TEST(Coverage, PercentOfNothingIsAll) {
  EXPECT_EQ(percent(0, 0), 100.0);
  EXPECT_EQ(percent(1, 4), 25.0);
}

}  // namespace
}  // namespace fleetd::fleet
