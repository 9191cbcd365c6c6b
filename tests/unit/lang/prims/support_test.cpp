// Unknown operands of builtins. Every case is evaluated with `u` unknown and afterwards given values: what was known
// before must agree with what Nix would compute at once, whatever the value. A second list says what must be known.
#include <gtest/gtest.h>

#include "kernel/lang/prims/prims.hpp"
#include "tests/unit/lang/prims_helpers.hpp"

namespace fleetd::lang::test {
namespace {

// Some texts make sense for some values of `u` only; where evaluation at once fails, nothing is compared.
const char* const kValues[] = {
    "true",
    "false",
    "0",
    "3",
    "-1",
    "1.5",
    "\"\"",
    "\"a\"",
    "\"b/c\"",
    "\"x y\"",
    "null",
    "/some/path",
    "[ ]",
    "[ 1 ]",
    "[ 3 1 2 ]",
    "[ \"a\" ]",
    "[ \"a\" \"b\" ]",
    "\"[1]\"",
    "[ [ 1 ] [ ] [ 2 3 ] ]",
    "[ { name = \"a\"; value = 1; } { name = \"k\"; value = 2; } ]",
    "[ { a = 7; } { b = 8; } ]",
    "{ }",
    "{ a = 1; }",
    "{ b = 2; c = { d = 3; }; }",
    "{ a = \"x\"; k = \"y\"; name = \"k\"; value = 4; }",
    "{ outPath = \"/o\"; }",
    "x: x",
    "x: [ x ]",
    "x: x == 1",
    "a: b: a",
};

const char* const kTexts[] = {
    // lists
    "map (x: [ x ]) ([ 1 ] ++ u ++ [ 2 ])",
    "map (x: x) u",
    "map (x: [ x ]) (if u then [ 1 ] else [ 2 3 ])",
    "map u [ 1 2 ]",
    "builtins.filter (x: x == u) [ 1 3 \"a\" null [ ] ]",
    "builtins.filter (x: x != 1) ([ 1 ] ++ u ++ [ 2 ])",
    "builtins.filter (x: x == \"a\" || x == u) ([ 3 \"a\" ] ++ u)",
    "builtins.filter u [ 1 2 ]",
    "builtins.concatLists [ [ 1 ] u [ 2 ] ]",
    "builtins.concatLists ([ [ 1 ] ] ++ u ++ [ [ ] ])",
    "builtins.concatLists u",
    "builtins.concatLists [ (if u then [ 1 ] else [ ]) [ 2 ] (if u then [ ] else [ 3 ]) ]",
    "builtins.concatMap (x: if x == u then [ x x ] else [ ]) [ 1 3 \"a\" ]",
    "builtins.concatMap (x: [ x 0 ]) ([ 1 ] ++ u)",
    "builtins.concatMap u [ 1 2 ]",
    "builtins.genList (i: [ i u ]) 2",
    "builtins.genList (i: i) u",
    "builtins.tail ([ 1 2 ] ++ u)",
    "builtins.tail (u ++ [ 1 ])",
    "builtins.tail (if u then [ 1 ] else [ 2 3 ])",
    "builtins.length [ u u ]",
    "builtins.length ([ 1 ] ++ u)",
    "builtins.length (if u then [ 1 ] else [ ])",
    "builtins.head ([ 1 ] ++ u)",
    "builtins.head (u ++ [ 1 ])",
    "builtins.head (if u then [ 1 ] else [ 2 ])",
    "builtins.elemAt ([ 1 2 ] ++ u) 1",
    "builtins.elemAt ([ 1 2 ] ++ u) 2",
    "builtins.elemAt [ 1 2 3 4 ] u",
    "builtins.elem 2 ([ 1 2 ] ++ u)",
    "builtins.elem 2 (u ++ [ 1 ])",
    "builtins.elem u [ 1 3 \"a\" [ 1 ] ]",
    "builtins.elem 5 [ 1 u ]",
    "builtins.any (x: x == u) [ 1 3 ]",
    "builtins.any (x: x == 1) (u ++ [ 1 ])",
    "builtins.any (x: x == 1) (u ++ [ (throw \"x\") ])",
    "builtins.all (x: x != 1) (u ++ [ 1 ])",
    "builtins.all (x: x == 1) ([ 1 ] ++ u)",
    "builtins.all (x: x == u) [ 3 3 ]",
    "builtins.foldl' (a: b: a ++ [ b ]) [ ] ([ 1 2 ] ++ u ++ [ 3 ])",
    "builtins.foldl' (a: b: a // b) { z = 0; } [ { a = 5; } u { c = 6; } ]",
    "builtins.foldl' (a: b: [ a b ]) u [ 1 2 ]",
    "builtins.foldl' (a: b: a) 0 u",
    "builtins.sort (a: b: a < b) [ 2 u 1 ]",
    "builtins.sort (a: b: a < b) ([ 2 ] ++ u)",
    "builtins.sort (a: b: u) [ 1 2 ]",
    "builtins.sort builtins.lessThan u",
    "builtins.partition (x: x == u) [ 1 3 \"a\" ]",
    "builtins.partition (x: x == 1) ([ 1 2 ] ++ u ++ [ 3 1 ])",
    "builtins.partition (x: x == 1) u",
    "builtins.groupBy (x: \"${x}\") [ \"a\" \"b\" \"a\" ]",
    "builtins.groupBy (x: if x == u then \"same\" else \"other\") [ 1 3 ]",
    "builtins.groupBy (x: \"k\") [ u 1 ]",
    "builtins.groupBy (x: \"k\") ([ 1 ] ++ u)",
    "builtins.genericClosure { startSet = [ { key = u; } ]; operator = x: [ ]; }",
    "builtins.genericClosure { startSet = [ { key = 1; v = u; } ]; operator = x: if x.key < 3 then [ { key = x.key + 1; v = u; } ] else [ ]; }",
    // sets
    "builtins.attrNames ({ a = 1; } // (if u then { b = 2; } else { }))",
    "builtins.attrNames ({ m = 1; } // (if u then { b = 2; z = 1; } else { b = 3; n = 1; }))",
    "builtins.attrNames ((if u then { b = 2; } else { }) // (if u then { } else { b = 4; c = 4; }) // { d = 1; })",
    "builtins.attrNames ({ a = 1; } // u)",
    "builtins.attrNames (if u then { b = 2; } else { c = 1; })",
    "builtins.attrNames u",
    "builtins.attrNames { b = u; a = 1; }",
    "builtins.attrValues ({ a = 1; } // (if u then { a = 2; b = 2; } else { }))",
    "builtins.attrValues ((if u then { b = 2; } else { }) // (if u then { } else { b = 4; c = 4; }) // { d = 1; })",
    "builtins.attrValues ({ a = 1; } // u)",
    "builtins.getAttr \"a\" ({ a = 9; } // u)",
    "builtins.getAttr \"a\" (u // { a = 9; })",
    "builtins.getAttr \"a\" u",
    "builtins.getAttr u { a = 9; \"\" = 2; }",
    "builtins.hasAttr \"a\" ({ a = 9; } // u)",
    "builtins.hasAttr \"q\" ({ a = 9; } // u)",
    "builtins.hasAttr u { a = 9; }",
    "builtins.mapAttrs (n: v: [ n v ]) ({ a = 9; } // u // { z = 1; })",
    "builtins.mapAttrs (n: v: [ n v ]) u",
    "builtins.mapAttrs (n: v: [ n v ]) (if u then { a = 1; } else { b = 2; })",
    "builtins.mapAttrs (n: v: [ n v ]) { x = 1; \"${u}\" = 2; }",
    "builtins.mapAttrs u { a = 1; b = 2; }",
    "removeAttrs ({ a = 9; b = 8; } // u) [ \"a\" \"zz\" ]",
    "removeAttrs { a = 9; b = 8; } [ \"a\" u ]",
    "removeAttrs { a = 9; b = 8; } ([ \"a\" ] ++ u)",
    "removeAttrs { a = 9; b = 8; c = 1; } ([ \"a\" ] ++ (if u then [ \"b\" ] else [ ]))",
    "removeAttrs { a = 9; b = 8; c = 1; } ((if u then [ \"b\" ] else [ \"c\" ]) ++ (if u then [ ] else [ \"b\" \"a\" ]))",
    "removeAttrs { a = 9; b = 8; c = 1; } (builtins.filter (n: n != \"a\" && u) [ \"a\" \"b\" \"c\" ])",
    "removeAttrs (if u then { a = 1; } else { b = 1; }) [ \"a\" ]",
    "removeAttrs ({ a = 1; b = 1; } // (if u then { a = 2; } else { })) (if u then [ \"b\" ] else [ \"a\" ])",
    "removeAttrs u [ \"a\" ]",
    "builtins.intersectAttrs { a = 0; b = 0; } (u // { a = 4; q = 1; })",
    "builtins.intersectAttrs { a = 0; b = 0; } u",
    "builtins.intersectAttrs u { a = 0; b = 0; }",
    "builtins.intersectAttrs (if u then { a = 1; } else { }) { a = 0; b = 0; }",
    "builtins.listToAttrs [ { name = \"a\"; value = u; } { name = \"a\"; value = 2; } ]",
    "builtins.listToAttrs ([ { name = \"a\"; value = 1; } ] ++ u ++ [ { name = \"k\"; value = 3; } { name = \"z\"; value = 4; } ])",
    "builtins.listToAttrs (u ++ [ { name = \"a\"; value = 1; } ])",
    "builtins.listToAttrs [ { name = \"a\"; value = 1; } u { name = \"k\"; value = 3; } ]",
    "builtins.listToAttrs [ { name = \"a\"; value = 1; } { name = u; value = 2; } { name = \"b\"; value = 3; } ]",
    "builtins.listToAttrs (map (n: { name = n; value = u; }) (builtins.filter (n: n == u) [ \"a\" \"b\" ]))",
    "builtins.listToAttrs (if u then [ { name = \"a\"; value = 1; } ] else [ ])",
    "builtins.catAttrs \"a\" [ { a = 1; } u { b = 2; } { a = u; } ]",
    "builtins.catAttrs \"a\" ([ { a = 1; } ] ++ u)",
    "builtins.catAttrs \"a\" u",
    "builtins.catAttrs u [ { a = 1; } ]",
    "builtins.zipAttrsWith (n: vs: [ n vs ]) [ { a = u; } { a = 1; b = 2; } ]",
    "builtins.zipAttrsWith (n: vs: [ n vs ]) [ { a = 5; } u ]",
    "builtins.zipAttrsWith (n: vs: [ n vs ]) ([ { a = 5; } ] ++ u)",
    "builtins.functionArgs u",
    // strings
    "builtins.stringLength \"a${u}\"",
    "builtins.substring 0 2 \"abc${u}\"",
    "builtins.substring 1 5 \"abc${u}def\"",
    "builtins.substring 1 (-1) \"abc${u}def\"",
    "builtins.substring 4 2 \"abc${u}def\"",
    "builtins.substring 3 1 \"abc${u}def\"",
    "builtins.substring 0 0 \"abc${u}def\"",
    "builtins.substring 0 1 \"${u}abc\"",
    "builtins.substring 0 u \"abcdef\"",
    "builtins.concatStringsSep \", \" [ \"a\" \"${u}\" \"b\" ]",
    "builtins.concatStringsSep \", \" ([ \"p\" ] ++ u ++ [ \"q\" ])",
    "builtins.concatStringsSep \", \" (u ++ [ \"q\" ])",
    "builtins.concatStringsSep \", \" ([ \"p\" ] ++ u)",
    "builtins.concatStringsSep \", \" u",
    "builtins.concatStringsSep \", \" ([ \"p\" ] ++ (if u then [ \"x\" ] else [ ]) ++ (if u then [ ] else [ \"y\" \"z\" ]) ++ [ \"q\" ])",
    "builtins.concatStringsSep u [ \"a\" \"b\" ]",
    "builtins.replaceStrings [ \"a\" \"/\" ] [ \"1\" \"${u}\" ] \"b/a${u}ca\"",
    "builtins.replaceStrings [ \"ab\" ] [ \"1\" ] \"xa${u}bab\"",
    "builtins.replaceStrings [ \"\" ] [ \"-\" ] \"xa${u}b\"",
    "builtins.replaceStrings [ \"a\" ] [ \"1\" ] u",
    "builtins.replaceStrings [ u ] [ \"1\" ] \"abc\"",
    "builtins.replaceStrings u [ \"1\" ] \"abc\"",
    "toString u",
    "toString [ 1 u 2 ]",
    "toString [ u u ]",
    "toString [ [ u ] [ ] \"x\" ]",
    "toString \"a${u}\"",
    "baseNameOf \"/x/${u}/y.nix\"",
    "baseNameOf \"/x/${u}y/\"",
    "baseNameOf \"/x/${u}/\"",
    "baseNameOf \"/x/${u}\"",
    "baseNameOf \"${u}//\"",
    "baseNameOf \"${u}/a/\"",
    "dirOf \"/x/${u}\"",
    "builtins.match \"a.*\" \"a${u}\"",
    "builtins.split u \"abc\"",
    "builtins.compareVersions \"1.0\" u",
    "builtins.hashString \"md5\" \"${u}\"",
    "builtins.unsafeDiscardStringContext \"a${u}b\"",
    "builtins.hasContext \"a${u}b\"",
    // data
    "builtins.toJSON { a = u; b = [ 1 \"x${u}\" ]; c = { d = u; }; }",
    "builtins.toJSON u",
    "builtins.toJSON [ (u // { z = 1; }) 2 ]",
    "builtins.toJSON [ ([ 1 ] ++ u) 2 ]",
    "builtins.toXML { a = u; }",
    "builtins.fromJSON u",
    "builtins.fromJSON \"{\\\"a\\\": \\\"${u}\\\"}\"",
    // kinds and control
    "builtins.typeOf u",
    "builtins.typeOf (u // { })",
    "builtins.typeOf \"a${u}\"",
    "builtins.typeOf ([ ] ++ u ++ [ 1 ])",
    "builtins.typeOf (u // { a = 1; })",
    "builtins.typeOf (u == 1)",
    "builtins.typeOf (u ? a)",
    "builtins.typeOf (!u)",
    "builtins.typeOf (if u then 1 else 2)",
    "builtins.typeOf (-u)",
    "builtins.typeOf (1 - u)",
    "builtins.typeOf (u + 1)",
    "builtins.isString \"a${u}\"",
    "builtins.isString (u ++ [ 1 ])",
    "builtins.isString (if u then 1 else 2)",
    "builtins.isString (if u then \"a\" else \"b\")",
    "builtins.isString u",
    "builtins.isString (toString u)",
    "builtins.isString (builtins.length u)",
    "builtins.isString (builtins.match \"a\" u)",
    "builtins.isList (map (x: x) u)",
    "builtins.isList (builtins.filter (x: true) u)",
    "builtins.isList (builtins.attrNames u)",
    "builtins.isList (builtins.match \"a\" u)",
    "builtins.isAttrs (builtins.mapAttrs (n: v: v) u)",
    "builtins.isAttrs (builtins.tryEval u)",
    "builtins.isAttrs (builtins.listToAttrs u)",
    "builtins.isAttrs u",
    "builtins.isInt (builtins.length u)",
    "builtins.isInt (builtins.stringLength u)",
    "builtins.isInt (1 - u)",
    "builtins.isInt (builtins.ceil u)",
    "builtins.isFunction u",
    "builtins.isFunction (u 1)",
    "builtins.isFunction (x: u)",
    "builtins.isNull u",
    "builtins.isNull (u ++ [ 1 ])",
    "builtins.isNull (builtins.match \"a\" u)",
    "builtins.isBool (builtins.any (x: x) u)",
    "builtins.seq u 1",
    "builtins.deepSeq { a = u; } 1",
    "builtins.tryEval u",
    "builtins.tryEval (builtins.seq u 5)",
    "builtins.tryEval (builtins.deepSeq [ u ] 5)",
    "builtins.tryEval (if u then throw \"x\" else 1)",
    "builtins.addErrorContext \"x\" u",
    "builtins.trace \"x\" u",
    "builtins.add 1 u",
    "builtins.sub u 1",
    "builtins.bitAnd u 3",
    "builtins.floor u",
    "builtins.lessThan 2 u",
    "builtins.pathExists u",
    "(derivation { name = \"n\"; system = \"s\"; builder = u; }).name",
    "builtins.parseDrvName \"x-${u}\"",
    "builtins.splitVersion u",
};

class Unknowns : public testing::TestWithParam<const char*> {};

TEST_P(Unknowns, KnownFactsHoldForEveryValue) {
  const std::string text = GetParam();
  int compared = 0;
  for (const char* value : kValues) {
    PrimWorld direct;
    const Value wanted = direct.ev.forceDeep(direct.concrete(text, value));
    // A path in a string is a store path, which stays unknown.
    if (wanted.isError() || direct.json(wanted).find("{\"$\":") != std::string::npos) continue;
    ++compared;
    PrimWorld world;
    const Value partly = world.symbolic(text);
    const Value got = world.resolve(partly, world.eval(value));
    EXPECT_EQ(direct.json(wanted), world.json(got))
        << text << "\nwith u = " << value << "\nfrom " << PrimWorld().known(text);
  }
  EXPECT_GT(compared, 0) << text << " makes sense for no value of u";
}

std::string nameOf(const testing::TestParamInfo<const char*>& info) { return "n" + std::to_string(info.index); }
INSTANTIATE_TEST_SUITE_P(Prims, Unknowns, testing::ValuesIn(kTexts), nameOf);

struct Fact {
  const char* text;
  const char* known;
};

const Fact kFacts[] = {
    {"map builtins.isList [ (map (x: x) (u ++ [ 1 ])) ]", "[true]"},
    {"builtins.length (map (x: x) [ u u ])", "2"},
    {"builtins.head (map (x: x + 1) ([ 1 ] ++ u))", "2"},
    {"builtins.elem 2 (u ++ [ 2 ])", "true"},
    {"builtins.any (x: x > 1) (u ++ [ 2 ])", "true"},
    {"builtins.all (x: x > 1) (u ++ [ 1 ])", "false"},
    {"builtins.elem 5 [ 1 \"a\" ]", "false"},
    {"builtins.attrNames (builtins.mapAttrs (n: v: u) { b = 1; a = 2; })", R"(["a","b"])"},
    {"(builtins.mapAttrs (n: v: n) (u // { b = 1; })).b", R"("b")"},
    {"(removeAttrs (u // { b = 1; c = 2; }) [ \"c\" ]).b", "1"},
    {"(builtins.listToAttrs ([ { name = \"a\"; value = 1; } ] ++ u)).a", "1"},
    {"builtins.head (builtins.attrNames ({ a = 1; } // (if u then { b = 1; } else { })))", R"("a")"},
    {"(builtins.partition (x: x < 3) [ 1 5 ]).right", "[1]"},
    {"builtins.substring 0 1 \"/x${u}\"", R"("/")"},
    {"builtins.substring 0 1 \"/x${u}\" == \"/\"", "true"},
    {"baseNameOf \"/${u}/x.nix\"", R"("x.nix")"},
    {"builtins.isString \"${u}\"", "true"},
    {"builtins.isList (u ++ [ 1 ])", "true"},
    {"builtins.isAttrs (u // { a = 1; })", "true"},
    {"builtins.typeOf (if u then 1 else 2)", R"("int")"},
    {"builtins.isFunction (toString u)", "false"},
    {"builtins.toJSON { a = 1; b = u; }", R"x({"$":"\"{\\\"a\\\":1,\\\"b\\\":${(toJSON u)}}\""})x"},
    {"builtins.toJSON { a = \"${/x}\"; }", R"x({"$":"\"{\\\"a\\\":\\\"${\"${/x}\"}\\\"}\""})x"},
    {"builtins.concatStringsSep \",\" [ \"a\" u ]", R"x({"$":"\"a,${u}\""})x"},
    {"builtins.concatStringsSep \",\" ([ \"a\" ] ++ u)",
     R"x({"$":"\"a${(concatStringsSep \",\" ([ \"\" ] ++ u))}\""})x"},
    {"(derivation { name = \"n\"; system = \"s\"; builder = \"b\"; outputs = [ \"out\" \"dev\" ]; }).dev.outputName",
     R"("dev")"},
    {"(derivation { name = \"n\"; system = \"s\"; builder = u; }).type", R"("derivation")"},
    {"builtins.length (builtins.filter (x: x) [ true false ])", "1"},
    {"builtins.hasAttr \"a\" (u // { a = 1; })", "true"},
    {"toString [ 1 \"x${u}\" ]", R"x({"$":"\"1 x${u}\""})x"},
    {"builtins.intersectAttrs { } u", "{}"},
};

TEST(UnknownFacts, AreKept) {
  for (const Fact& fact : kFacts) EXPECT_EQ(fact.known, PrimWorld().known(fact.text)) << fact.text;
}

TEST(UnknownFacts, WhatFailsForEveryValueFails) {
  EXPECT_EQ("error: \"stop ${u}\"", PrimWorld().known("throw \"stop ${u}\""));
  EXPECT_EQ("error: expected a list but found a set: { }", PrimWorld().known("map u { }"));
  EXPECT_EQ("error: cannot compare a set with a set; values of that type are incomparable",
            PrimWorld().known("builtins.lessThan { } { a = u; }"));
}

TEST(UnknownFacts, OutsideOfACommandTheMachineIsUnknown) {
  PrimWorld world(Purity::Pure);
  for (const char* text : {"builtins.currentTime", "builtins.currentSystem", "builtins.getEnv \"HOME\"",
                           "builtins.nixPath", "builtins.pathExists /nix/store/00000000000000000000000000000000-none",
                           "builtins.readFile /nix/store/00000000000000000000000000000000-none"})
    EXPECT_TRUE(world.eval(text).isUnknown()) << text;
  EXPECT_EQ("\"\"", PrimWorld().json("builtins.getEnv \"HOME\""));
  EXPECT_EQ("\"int\"", PrimWorld(Purity::Command).json("builtins.typeOf builtins.currentTime"));
}

}  // namespace
}  // namespace fleetd::lang::test
