// What a native of lib claims to know without knowing all of its operands is true whatever the unknown ones
// turn out to be: every expression is evaluated with an unknown `x` first, and then with many values of it.
#include <optional>

#include <gtest/gtest.h>

#include "kernel/lang/prims/support.hpp"
#include "lib_helpers.hpp"

namespace fleetd::lang::test {

namespace {

constexpr const char* kValues[] = {
    "\"\"",
    "\"a\"",
    "\"/home/u\"",
    "\"x.nix\"",
    "\"it's\"",
    "0",
    "3",
    "true",
    "false",
    "null",
    "[ ]",
    "[ \"a\" ]",
    "[ 1 [ 2 ] ]",
    "{ }",
    "{ a = 1; }",
    "{ b.c = 2; }",
    "{ a.b = \"z\"; }",
    "(v: v)",
    "{ type = \"derivation\"; name = \"n\"; outPath = \"/o\"; meta.mainProgram = \"m\"; }",
};

// Each is asked as a whole, and for the answers below.
constexpr const char* kExpressions[] = {
    "lib.optional x 1",
    "lib.optionals x [ 1 ]",
    "lib.optionalString x \"t\"",
    "lib.optionalAttrs x { a = 1; }",
    "lib.boolToString x",
    "lib.min x 2",
    "lib.max 2 x",
    "lib.pipe 1 [ (v: v + 1) x ]",
    "lib.hasPrefix \"/home/\" \"/home/${x}\"",
    "lib.hasPrefix \"/home/u\" \"/home/${x}\"",
    "lib.hasPrefix \"/var\" \"/home/${x}\"",
    "lib.hasPrefix x \"a\"",
    "lib.hasSuffix \".nix\" \"${x}.nix\"",
    "lib.hasSuffix \"x.nix\" \"${x}.nix\"",
    "lib.hasSuffix \".nix\" \"${x}.txt\"",
    "lib.hasInfix \"b\" \"abc${x}\"",
    "lib.hasInfix \"q\" \"abc${x}\"",
    "lib.hasInfix \"\" \"${x}\"",
    "lib.hasInfix \".\" \"abc${x}\"",
    "lib.hasInfix \"s \" \"it'${x} x\"",
    "lib.hasInfix x \"it's a\"",
    "lib.removePrefix \"a\" \"a${x}\"",
    "lib.removePrefix \"ab\" \"a${x}\"",
    "lib.removePrefix \"b\" \"a${x}\"",
    "lib.removePrefix \"\" x",
    "lib.removeSuffix \"c\" \"${x}c\"",
    "lib.removeSuffix \"\" x",
    "lib.mapAttrs' (n: v: lib.nameValuePair \"${n}z\" v) x",
    "lib.removeSuffix \"bc\" \"${x}c\"",
    "lib.trim \" a${x} \"",
    "lib.toUpper \"a${x}b\"",
    "lib.toLower \"A${x}B\"",
    "lib.splitString \"/\" \"a/${x}/b\"",
    "lib.concatStrings [ \"a\" x ]",
    "lib.concatMapStringsSep \",\" (v: v) [ \"a\" x \"b\" ]",
    "lib.concatLines [ \"a\" x ]",
    "lib.concatLines (lib.optional x \"a\")",
    "lib.escapeShellArg \"a b ${x}\"",
    "lib.escapeShellArg \"ab${x}\"",
    "lib.escapeShellArg x",
    "lib.escapeShellArgs [ \"a b\" x ]",
    "lib.escape [ \"a\" ] \"abc${x}\"",
    "lib.escapeURL \"a b${x}\"",
    "lib.isStringLike x",
    "lib.isStringLike \"a${x}\"",
    "lib.filterAttrs (n: v: v == 1) { a = x; b = 1; c = 2; }",
    "lib.filterAttrs (n: v: n == \"a\") ({ a = 1; b = 2; } // lib.optionalAttrs x { c = 3; })",
    "lib.filterAttrs (n: v: n != \"b\") ({ a = 1; b = 2; } // lib.optionalAttrs x { a = 3; })",
    "lib.filterAttrs (n: v: true) x",
    "lib.mapAttrs' (n: v: lib.nameValuePair (n + \"1\") v) { a = x; }",
    "lib.mapAttrs' (n: v: lib.nameValuePair n v) ({ a = 1; } // lib.optionalAttrs x { b = 2; })",
    "lib.mapAttrsToList (n: v: n) ({ a = 1; } // lib.optionalAttrs x { b = 2; })",
    "lib.mapAttrsToList (n: v: n) x",
    "lib.attrsToList ({ a = 1; } // lib.optionalAttrs x { b = 2; })",
    "lib.genAttrs [ \"a\" x ] (n: 1)",
    "lib.genAttrs ([ \"a\" ] ++ lib.optional x \"b\") (n: n)",
    "lib.genAttrs ([ \"a\" ] ++ x) (n: n)",
    "lib.concatMapAttrs (n: v: { ${n} = 1; }) ({ a = 1; } // lib.optionalAttrs x { b = 2; })",
    "lib.concatMapAttrs (n: v: v) { a = { p = 1; }; b = x; }",
    "lib.mergeAttrsList [ { a = 1; } x { b = 2; } ]",
    "lib.isDerivation x",
    "lib.getOutput \"dev\" x",
    "lib.getExe x",
    "lib.getExe' x \"p\"",
    "lib.attrByPath [ \"a\" \"b\" ] 7 x",
    "lib.attrByPath [ \"a\" ] 7 ({ a = 1; } // lib.optionalAttrs x { a = 2; })",
    "lib.hasAttrByPath [ \"a\" \"b\" ] x",
    "lib.hasAttrByPath [ \"a\" \"b\" ] { a = x; }",
    "lib.setAttrByPath [ \"a\" x ] 1",
    "lib.recursiveUpdate { a = 1; b.c = 2; } x",
    "lib.recursiveUpdate x { a = 1; b.d = 3; }",
    "lib.recursiveUpdate { a = x; b = 1; } { a.q = 1; }",
    "lib.recursiveUpdate { a.q = 1; b = 1; } { a = x; }",
    "lib.recursiveUpdate { a.b.c = 1; } (lib.optionalAttrs x { a.b.d = 2; })",
    "lib.take 1 ([ 1 2 ] ++ x)",
    "lib.take 3 ([ 1 2 ] ++ x)",
    "lib.drop 1 ([ 1 2 ] ++ x)",
    "lib.drop 3 ([ 1 2 ] ++ x)",
    "lib.last ([ 1 ] ++ x ++ [ 2 ])",
    "lib.last ([ 1 ] ++ x)",
    "lib.init ([ 1 ] ++ x ++ [ 2 ])",
    "lib.reverseList ([ 1 ] ++ x ++ [ 2 ])",
    "lib.sublist 0 1 ([ 1 2 ] ++ x)",
    "lib.imap0 (i: v: i) [ x 1 ]",
    "lib.forEach [ x 1 ] (v: 2)",
    "lib.zipListsWith (a: b: a) [ 1 2 ] [ x ]",
    "lib.foldr (a: b: a) 0 [ 1 x ]",
    "lib.foldl' (a: b: b) 0 [ x 1 ]",
    "lib.toList x",
    "lib.toList \"a${x}\"",
    "lib.flatten [ 1 x [ 2 ] ]",
    "lib.flatten [ \"a${x}\" [ 1 ] ]",
    "lib.flatten x",
    "lib.unique [ 1 x 1 ]",
    "lib.unique [ \"a\" \"b${x}\" ]",
    "lib.remove 1 [ 1 x 2 ]",
    "lib.remove null ([ 1 null ] ++ x)",
    "lib.subtractLists [ 1 ] [ 1 x 2 ]",
    "lib.subtractLists [ x ] [ 1 2 ]",
    "lib.intersectLists [ 1 x ] [ 1 2 ]",
    "lib.findFirst (v: v == 1) null [ x 1 2 ]",
    "lib.findFirst (v: v == x) 0 [ 1 2 ]",
    "lib.isType \"t\" x",
    "lib.isOption x",
    "lib.mkOption x",
    "lib.literalExpression x",
    "lib.mkIf x 1",
    "lib.generators.toINI { } { s.k = x; }",
    "lib.generators.toKeyValue { } { a = 1; b = x; }",
    "lib.versionAtLeast x \"2\"",
    "lib.all (v: v) [ true x ]",
    "lib.cartesianProduct { a = [ 1 x ]; b = [ 2 ]; }",
    "lib.toShellVar \"v\" x",
};

constexpr const char* kQuestions[] = {
    "r",
    "builtins.attrNames r",
    "r ? a",
    "r ? b",
    "r ? c",
    "r.a or null",
    "r.b or null",
    "builtins.length r",
    "builtins.head r",
    "r == [ ]",
    "r == { }",
    "r == \"\"",
    "builtins.isString r",
    "builtins.isList r",
    "builtins.isAttrs r",
    "builtins.isBool r",
    "builtins.isInt r",
};

// What a value is claimed to be: an error, its JSON, or nothing as long as a part of it is not known or has
// no JSON.
struct Claim {
  bool error = false;
  std::optional<std::string> json;
};

Claim claimOf(Evaluator& ev, Value v) {
  v = ev.force(v);
  if (v.isError()) return {true, std::nullopt};
  if (v.isUnknown()) return {};
  const Value json = prims::applyPrim(ev, findPrim("toJSON"), {v}, 0);
  return {false, json.is(Tag::String) ? std::optional(std::string(json.string())) : std::nullopt};
}

Value ask(LibWorld& world, Value function, Value x) {
  return world.ev.call(function, world.ev.attrs({{"lib", world.ev.lib()}, {"x", x}}), 0);
}

}  // namespace

TEST(LibSoundness, WhatIsKnownHoldsForEveryValue) {
  LibWorld world;
  std::size_t answers = 0;
  for (const std::string expression : kExpressions) {
    for (const std::string question : kQuestions) {
      const std::string text = "{ lib, x }: let r = " + expression + "; v = " + question + "; in builtins.deepSeq v v";
      const Value function = world.ev.evalText("«test»", text, "/");
      ASSERT_FALSE(function.isError()) << text;
      const Claim claim = claimOf(world.ev, ask(world, function, world.ev.unknownRoot("x")));
      for (const std::string value : kValues) {
        const Claim truth = claimOf(world.ev, ask(world, function, world.eval(value)));
        // An error for one value says nothing: that value does not happen. An error for all of them has to be
        // true of each.
        if (claim.error) {
          EXPECT_TRUE(truth.error) << question << " of r = " << expression << " is an error, but not for " << value;
        }
        if (!claim.json || !truth.json) continue;
        EXPECT_EQ(*claim.json, *truth.json) << question << " of r = " << expression << " for " << value;
        ++answers;
      }
    }
  }
  EXPECT_GT(answers, 2000u) << "the test asks too little";
}

}  // namespace fleetd::lang::test
