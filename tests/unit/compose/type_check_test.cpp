// Which values each type takes.
#include <gtest/gtest.h>

#include "tests/unit/compose/helpers.hpp"

namespace fleetd::compose::test {
namespace {

// The checks of a type over a list of values, as JSON.
std::string checks(const std::string& type, const std::string& values) {
  Nix nix;
  return nix.run("map types." + type + ".check [ " + values + " ]");
}

TEST(TypeCheck, Scalars) {
  EXPECT_EQ(checks("bool", "true 1 \"true\""), "[true,false,false]");
  EXPECT_EQ(checks("int", "1 1.0 \"1\""), "[true,false,false]");
  EXPECT_EQ(checks("float", "1.5 1"), "[true,false]");
  EXPECT_EQ(checks("str", "\"\" 1"), "[true,false]");
  EXPECT_EQ(checks("nonEmptyStr", "\"a\" \" \\t\\n\""), "[true,false]");
  EXPECT_EQ(checks("singleLineStr", "\"a\" \"a\\n\" \"a\\nb\" \"a\\r\""), "[true,true,false,false]");
}

TEST(TypeCheck, Ranges) {
  EXPECT_EQ(checks("ints.u8", "0 255 256 (-1) 1.0"), "[true,true,false,false,false]");
  EXPECT_EQ(checks("ints.positive", "1 0"), "[true,false]");
  EXPECT_EQ(checks("port", "65535 65536"), "[true,false]");
  Nix nix;
  EXPECT_EQ(nix.run("map (types.numbers.between 0 1.5).check [ 1 1.5 2 ]"), "[true,true,false]");
}

TEST(TypeCheck, Paths) {
  EXPECT_EQ(checks("path", "\"/a\" \"a\" /x { outPath = \"/o\"; } 1"), "[true,false,true,true,false]");
  EXPECT_EQ(checks("pathInStore", "\"/nix/store/0123456789abcdfghijklmnpqrsvwxyz-n/f\" \"/nix/store/.links\" \"/etc\""),
            "[true,false,false]");
  EXPECT_EQ(checks("externalPath", "\"/etc\" /etc \"/nix/store/0123456789abcdfghijklmnpqrsvwxyz-n\""),
            "[true,false,false]");
}

TEST(TypeCheck, Containers) {
  Nix nix;
  EXPECT_EQ(nix.run("map (types.nullOr types.int).check [ null 1 \"x\" ]"), "[true,true,false]");
  EXPECT_EQ(nix.run("map (types.either types.int (types.listOf types.str)).check [ 1 [ 1 ] \"x\" ]"),
            "[true,true,false]");
  EXPECT_EQ(nix.run("map (types.enum [ 1 \"a\" [ 2 ] ]).check [ 1 \"a\" [ 2 ] 3 ]"), "[true,true,true,false]");
  EXPECT_EQ(nix.run("map (types.attrTag { a = mkOption { type = types.int; }; }).check [ { a = 1; } { b = 1; } { } ]"),
            "[true,false,false]");
  EXPECT_EQ(nix.run("map (types.coercedTo types.int toString types.str).check [ 1 \"s\" true ]"), "[true,true,false]");
  EXPECT_EQ(nix.run("map (types.strMatching \"[a-z]+\").check [ \"ab\" \"a1\" ]"), "[true,false]");
}

TEST(TypeCheck, Packages) {
  EXPECT_EQ(checks("package", "{ type = \"derivation\"; } \"/nix/store/abc\" \"/etc/x\" { }"),
            "[true,true,false,false]");
  EXPECT_EQ(checks("shellPackage", "{ type = \"derivation\"; shellPath = \"/bin/sh\"; } { type = \"derivation\"; }"),
            "[true,false]");
}

TEST(TypeCheck, FunctionsAndModules) {
  Nix nix;
  EXPECT_EQ(nix.run("map (types.functionTo types.int).check [ (x: x) { __functor = s: x: x; } 1 ]"),
            "[true,true,false]");
  EXPECT_EQ(nix.run("map types.deferredModule.check [ { } ({ ... }: { }) \"/m.nix\" 1 ]"), "[true,true,true,false]");
}

}  // namespace
}  // namespace fleetd::compose::test
