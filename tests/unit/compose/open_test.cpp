// Open evaluations: what the fleet says of options that a platform declares.
#include <gtest/gtest.h>

#include "kernel/lang/unknown.hpp"
#include "tests/unit/compose/helpers.hpp"

namespace fleetd::compose::test {
namespace {

// The text of `attribute` of the configuration of a host on some platform.
std::string shown(Nix& nix, const std::string& module, const std::string& attribute) {
  const lang::Value v = nix.modules("[ { _fleetdPlatform = true; } " + module + " ]", ".config." + attribute);
  return lang::printUnknown(nix.ev, nix.ev.force(v));
}

TEST(Open, OptionsOfThePlatformAreReferences) {
  Nix nix;
  EXPECT_EQ(shown(nix, "{ }", "boot.kernelPackages"), "config.boot.kernelPackages");
  EXPECT_EQ(shown(nix, "{ boot.kernelPackages = 1; }", "boot.kernelPackages"), "1");
}

TEST(Open, DefinitionsThatDoNotHoldLeaveThePlatformsValue) {
  Nix nix;
  EXPECT_EQ(shown(nix, "{ boot.kernelPackages = lib.mkIf false 1; }", "boot.kernelPackages.nvidia"),
            "config.boot.kernelPackages.nvidia");
}

TEST(Open, AnEmptySetHasWhatItsTypeGivesIt) {
  Nix nix;
  EXPECT_EQ(shown(nix, "{ vars.files.key = { }; vars.files.pub.secret = false; }", "vars.files.key.path"),
            "config.vars.files.key.path");
  EXPECT_EQ(shown(nix, "{ vars.files.key = { }; vars.files.pub.secret = false; }", "vars.files.pub.path"),
            "config.vars.files.pub.path");
  EXPECT_EQ(shown(nix, "{ vars.files.key = { }; vars.files.pub.secret = false; }", "vars.files.pub.secret"), "false");
}

// Text of options.a.<name> where a has these definitions.
std::string viewed(Nix& nix, const std::string& definitions, const std::string& name) {
  const lang::Value v = nix.modules(
      "[ { _fleetdPlatform = true; } ({ config, lib, ... }: { options.a = lib.mkOption { }; config.a = " + definitions +
          "; }) ]",
      ".options.a." + name);
  return lang::printUnknown(nix.ev, nix.ev.force(v));
}

TEST(Open, WhichDefinitionsThereAreIsNotKnownUnderAConditionThatIsNotDecided) {
  Nix nix;
  for (const std::string name : {"definitions", "definitionsWithLocations", "files", "highestPrio"})
    EXPECT_EQ(viewed(nix, "lib.mkIf config.z 1", name), "options.a." + name);
  EXPECT_EQ(viewed(nix, "lib.mkMerge [ [ 1 ] (lib.mkIf config.z [ 2 ]) ]", "definitions"), "options.a.definitions");
}

TEST(Open, ThePriorityIsKnownWhereOnlyWeakerDefinitionsAreLeftOpen) {
  Nix nix;
  EXPECT_EQ(viewed(nix, "lib.mkMerge [ 1 (lib.mkIf config.z (lib.mkDefault 2)) ]", "highestPrio"), "100");
  EXPECT_EQ(viewed(nix, "lib.mkMerge [ 1 (lib.mkIf config.z 1) ]", "highestPrio"), "100");
  EXPECT_EQ(viewed(nix, "lib.mkMerge [ 1 (lib.mkIf config.z (lib.mkForce 2)) ]", "highestPrio"),
            "options.a.highestPrio");
}

TEST(Open, APriorityThatIsNotKnownLeavesOpenWhichDefinitionHolds) {
  Nix nix;
  EXPECT_EQ(viewed(nix, "lib.mkOverride config.z 1", "value"), "1");
  EXPECT_EQ(viewed(nix, "lib.mkOverride config.z 1", "highestPrio"), "options.a.highestPrio");
  EXPECT_EQ(viewed(nix, "lib.mkMerge [ (lib.mkOverride config.z 1) 1 ]", "definitions"), "options.a.definitions");
  EXPECT_NE(viewed(nix, "lib.mkMerge [ (lib.mkOverride config.z 1) 2 ]", "value").find("highestPrio"),
            std::string::npos);
}

TEST(Open, AFailureUnderAConditionThatIsNotDecidedIsNoError) {
  Nix nix;
  for (const std::string order : {"", "lib.mkBefore "}) {
    const std::string fails = "(lib.mkIf config.z (" + order + "(throw \"no\")))";
    EXPECT_EQ(viewed(nix, "lib.mkMerge [ [ 1 ] " + fails + " ]", "value"), "[ 1 ]");
    EXPECT_EQ(viewed(nix, "lib.mkMerge [ (lib.mkDefault [ 0 ]) " + fails + " ]", "value"), "[ 0 ]");
  }
}

TEST(Open, ThePriorityOfADefinitionThatFailsIsKnown) {
  Nix nix;
  EXPECT_EQ(viewed(nix, "lib.mkForce (throw \"no\")", "highestPrio"), "50");
}

TEST(Open, TheConfigurationOthersSeeHasNoInternals) {
  Nix nix;
  const auto names =
      lang::knownNames(nix.ev, nix.ev.force(nix.modules("[ { _fleetdPlatform = true; } { a = 1; } ]", ".config")));
  ASSERT_TRUE(names);
  EXPECT_TRUE(names->open);
  ASSERT_EQ(names->known->size, 1u);
  EXPECT_EQ(nix.ev.text(names->known->items[0].name), "a");
}

}  // namespace
}  // namespace fleetd::compose::test
