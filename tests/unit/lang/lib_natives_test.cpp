// Natives of lib: what they keep of values that are not known, and where they are lazy. Known values are
// compared with nixpkgs' own lib in tests/conformance/lib.
#include <gtest/gtest.h>

#include "lib_helpers.hpp"

namespace fleetd::lang::test {

namespace {

class LibNatives : public testing::Test {
 protected:
  std::string json(const std::string& text) { return world_.json(text); }
  LibWorld world_;
};

}  // namespace

TEST_F(LibNatives, ConditionsThatAreNotKnownForceNoBranch) {
  EXPECT_EQ(json("lib.optional config.a (throw \"no\")"), "(if config.a then [ «thunk» ] else [ ])");
  EXPECT_EQ(json("lib.optionalString config.a \"x\""), "(if config.a then \"x\" else \"\")");
  EXPECT_EQ(json("lib.optionals config.a [ ]"), "(if config.a then [ ] else [ ])");
  EXPECT_EQ(json("(lib.optionalAttrs config.a { x = 1; }) ? y"), "false");
  EXPECT_EQ(json("(lib.optionalAttrs config.a { x = 1; }) ? x"), "config.a");
  EXPECT_EQ(json("lib.optional 1 2"), "error: expected a Boolean but found an integer: 1");
  EXPECT_EQ(json("lib.boolToString config.a"), "(if config.a then \"true\" else \"false\")");
}

TEST_F(LibNatives, PropertiesForceNothing) {
  EXPECT_EQ(json("(lib.mkIf config.a (throw \"no\")).condition"), "config.a");
  EXPECT_EQ(json("map (x: x._type) [ (lib.mkIf (throw \"c\") 1) (lib.mkMerge (throw \"m\")) (lib.mkForce "
                 "(throw \"f\")) (lib.mkAfter (throw \"a\")) ]"),
            R"(["if","merge","override","order"])");
}

TEST_F(LibNatives, OptionsHaveKnownAttributesOnly) {
  EXPECT_EQ(json("lib.mkOption { tpye = 1; }"), "error: function 'mkOption' called with unexpected argument 'tpye'");
  EXPECT_EQ(world_.eval("lib.mkOption { tpye = 1; }").error->hint, "Did you mean type?");
  EXPECT_EQ(json("(lib.mkOption config.x)._type"), "\"option\"");
  EXPECT_EQ(json("lib.mkDefinition { file = \"f\"; }"),
            "error: function 'mkDefinition' called without required argument 'value'");
  EXPECT_EQ(json("lib.literalExpression 1"), "error: literalExpression expects a string.");
}

TEST_F(LibNatives, FilterKeepsNamesUnderConditions) {
  EXPECT_EQ(json("(lib.filterAttrs (n: v: v) { a = config.x; b = true; c = false; }).b"), "true");
  EXPECT_EQ(json("(lib.filterAttrs (n: v: v) { a = config.x; b = true; c = false; }) ? c"), "false");
  EXPECT_EQ(json("(lib.filterAttrs (n: v: v) { a = config.x; b = true; c = false; }) ? a"), "config.x");
  EXPECT_EQ(json("(lib.filterAttrs (n: v: n != \"b\") ({ a = 1; b = 2; } // lib.optionalAttrs config.x { c = "
                 "3; })) ? b"),
            "false");
  EXPECT_EQ(json("(lib.filterAttrs (n: v: n != \"b\") ({ a = 1; b = 2; } // lib.optionalAttrs config.x { c = "
                 "3; })) ? c"),
            "config.x");
}

TEST_F(LibNatives, MapsKeepNames) {
  EXPECT_EQ(json("lib.mapAttrs' (n: v: lib.nameValuePair (n + \"x\") 1) { a = config.a; }"), R"({"ax":1})");
  EXPECT_EQ(json("(lib.genAttrs [ \"a\" config.n ] (n: 1)).a"), "1");
  EXPECT_EQ(json("builtins.attrNames (lib.genAttrs [ \"a\" \"b\" ] (n: config.${n}))"), R"(["a","b"])");
  EXPECT_EQ(json("(lib.concatMapAttrs (n: v: { ${n + \"1\"} = v; }) { a = config.a; }).a1"), "config.a");
  EXPECT_EQ(json("(lib.mapAttrsToList (n: v: n) ({ a = 1; } // lib.optionalAttrs config.x { b = 2; })) == [ ]"),
            "false");
}

TEST_F(LibNatives, PathsIntoUnknownSetsStayReferences) {
  EXPECT_EQ(json("lib.attrByPath [ \"a\" \"b\" ] 1 { a = { }; }"), "1");
  EXPECT_EQ(json("lib.attrByPath [ \"b\" ] 1 config.a"), "(config.a.b or 1)");
  EXPECT_EQ(json("lib.hasAttrByPath [ \"b\" ] config.a"), "(config.a ? b)");
  EXPECT_EQ(json("(lib.setAttrByPath [ \"a\" \"b\" ] config.x).a.b"), "config.x");
}

TEST_F(LibNatives, RecursiveUpdateKeepsWhatIsCertain) {
  EXPECT_EQ(json("(lib.recursiveUpdate { a = 1; b.c = 2; } { b.d = config.x; }).b.c"), "2");
  EXPECT_EQ(json("(lib.recursiveUpdate { a = 1; b.c = 2; } { b.d = config.x; }).b.d"), "config.x");
  EXPECT_EQ(json("(lib.recursiveUpdate config.base { a = 1; }).a"), "1");
  EXPECT_EQ(json("(lib.recursiveUpdate { a = 1; } config.over) ? a"), "true");
  EXPECT_EQ(json("(lib.recursiveUpdate { a = 1; } (lib.optionalAttrs config.x { b = 2; })).a"), "1");
}

TEST_F(LibNatives, TextsAnswerFromWhatIsKnown) {
  EXPECT_EQ(json("lib.hasPrefix \"/home\" \"/home/${config.name}\""), "true");
  EXPECT_EQ(json("lib.hasPrefix \"/var\" \"/home/${config.name}\""), "false");
  EXPECT_EQ(json("lib.hasPrefix \"/home/x\" \"/home/${config.name}\""),
            "(lib.hasPrefix \"/home/x\" \"/home/${config.name}\")");
  EXPECT_EQ(json("lib.hasSuffix \".nix\" \"${config.name}.nix\""), "true");
  EXPECT_EQ(json("lib.hasInfix \"b\" \"${config.a}abc\""), "true");
  EXPECT_EQ(json("lib.removePrefix \"/home/\" \"/home/${config.name}\""), "\"${config.name}\"");
  EXPECT_EQ(json("lib.removeSuffix \".nix\" \"${config.name}.nix\""), "\"${config.name}\"");
  EXPECT_EQ(json("lib.toUpper \"a${config.name}b\""), "\"A${(lib.toUpper config.name)}B\"");
  EXPECT_EQ(json("lib.concatMapStringsSep \",\" (x: x) [ \"a\" config.b ]"), "\"a,${config.b}\"");
  EXPECT_EQ(json("lib.escapeShellArg \"a b ${config.x}\""),
            "\"'a b ${(replaceStrings [ \"'\" ] [ \"'\\\\''\" ] \"${config.x}\")}'\"");
}

TEST_F(LibNatives, ProgramsOfUnknownPackagesStayReferences) {
  EXPECT_EQ(json("lib.getExe pkgs.hello"), "(lib.getExe pkgs.hello)");
  EXPECT_EQ(json("lib.getExe' pkgs.coreutils \"ls\""), "(lib.getExe' pkgs.coreutils \"ls\")");
  EXPECT_EQ(json("lib.isDerivation \"x\""), "false");
}

TEST_F(LibNatives, WhatTheyReturnIsOfAKnownKind) {
  EXPECT_EQ(json("builtins.isList (lib.getExe pkgs.hello)"), "false");
  EXPECT_EQ(json("lib.length (lib.flatten [ (lib.getExe pkgs.hello) 1 ])"), "2");
  EXPECT_EQ(json("builtins.isAttrs (lib.filterAttrs (n: v: v) config.set)"), "true");
  EXPECT_EQ(json("builtins.isString (lib.recursiveUpdate { a = \"x\"; } { a = config.a; }).a"), "(isString config.a)");
  EXPECT_EQ(json("builtins.isString (lib.recursiveUpdate { a = { }; } { a = config.a; }).a"),
            "(isString (lib.attrsets.recursiveUpdate { } config.a))");
}

TEST_F(LibNatives, ListsKeepKnownSegments) {
  EXPECT_EQ(json("lib.last ([ 1 ] ++ config.l ++ [ 2 ])"), "2");
  EXPECT_EQ(json("lib.take 1 ([ 1 2 ] ++ config.l)"), "[1]");
  EXPECT_EQ(json("lib.unique [ \"a\" config.b ]"), "(lib.unique [ \"a\" config.b ])");
  EXPECT_EQ(json("lib.remove null [ 1 null config.x ] == [ ]"), "false");
  EXPECT_EQ(json("lib.flatten [ 1 [ 2 ] (lib.optional config.x 3) ] == [ ]"), "false");
  EXPECT_EQ(json("lib.findFirst (x: x == 2) null [ 1 2 config.x ]"), "2");
}

TEST_F(LibNatives, FoldsAreLazyWhereNixpkgsIs) {
  EXPECT_EQ(json("lib.foldr (a: b: a) 0 [ 1 (throw \"lazy\") ]"), "1");
  EXPECT_EQ(json("lib.foldl' (a: b: b) (throw \"start\") [ 1 ]"), "error: start");
  EXPECT_EQ(json("lib.foldl' (a: b: a + b) 0 (lib.range 1 20000)"), "200010000");
}

TEST_F(LibNatives, SizesAreBounded) {
  EXPECT_EQ(json("lib.range 1 9000000000000000000"), "error: a list would be larger than fleetd allows");
  EXPECT_EQ(json("lib.take (-1) [ 1 ]"), "error: cannot create list of size -1");
}

TEST_F(LibNatives, WarningsAreTraces) {
  EXPECT_EQ(json("lib.getExe { type = \"derivation\"; name = \"x-1\"; outPath = \"/x\"; }"), "\"/x/bin/x\"");
  ASSERT_EQ(world_.traces().size(), 1u);
  EXPECT_NE(world_.traces()[0].find("meta.mainProgram"), std::string::npos);
}

}  // namespace fleetd::lang::test
