// Attribute lists: order and override item by item.
#include <gtest/gtest.h>

#include "tests/unit/compose/helpers.hpp"

namespace fleetd::compose::test {
namespace {

std::string merged(const std::string& type, const std::string& defs) {
  Nix nix;
  return nix.config("[ { options.o = mkOption { type = types." + type + "; }; } " + defs + " ]");
}

TEST(AttrList, ItemsKeepOrderAndNames) {
  EXPECT_EQ(merged("attrListOf types.int", "{ o = [ { b = 1; } { a = 2; } ]; } { o.c = mkBefore 3; }"),
            R"({"o":[{"c":3},{"b":1},{"a":2}]})");
  EXPECT_EQ(merged("attrListOf types.int", "{ o = [ { a = 1; } ]; } { o.a = mkForce 2; }"), R"({"o":[{"a":2}]})");
  EXPECT_NE(merged("attrListOf types.int", "{ o = [ { a = 1; b = 2; } ]; }").find("but got 2 keys."),
            std::string::npos);
  EXPECT_EQ(merged("attrListWith { elemType = types.int; asAttrs = true; }", "{ o = [ { a = 1; } { a = 2; } ]; }"),
            R"({"o":{"a":[1,2]}})");
}

TEST(AttrList, WhatLosesIsNotLookedInto) {
  EXPECT_EQ(merged("attrListOf types.int",
                   "{ o = [ { a = mkDefault (throw \"x\"); } { a = mkForce 1; } { a = mkOverride 100 (throw \"y\"); } "
                   "{ b = 2; } ]; }"),
            R"({"o":[{"a":1},{"b":2}]})");
}

TEST(AttrList, OrdersAndOverridesNestBothWays) {
  EXPECT_EQ(
      merged("attrListOf types.int", "{ o = { a = mkForce (mkOrder 1500 1); b = 2; c = mkOrder 1600 (mkForce 3); }; }"),
      R"({"o":[{"b":2},{"a":1},{"c":3}]})");
  // The order of the item counts before that of its value.
  EXPECT_EQ(merged("attrListOf types.int", "{ o = [ (mkOrder 100 { z = mkOrder 2000 1; }) { y = 2; } ]; }"),
            R"({"o":[{"z":1},{"y":2}]})");
}

TEST(AttrList, NothingIsLeftOfAFalseCondition) {
  EXPECT_EQ(merged("attrListOf types.int", "{ o = [ { a = mkIf true 1; } { b = mkIf false 2; } ]; }"),
            R"({"o":[{"a":1}]})");
}

}  // namespace
}  // namespace fleetd::compose::test
