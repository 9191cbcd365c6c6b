// options.<path>.valueMeta and what mergeDefinitions tells beside the value.
#include <gtest/gtest.h>

#include "tests/unit/compose/helpers.hpp"

namespace fleetd::compose::test {
namespace {

// `show` of the metadata of an option `o`.
std::string meta(const std::string& type, const std::string& defs, const std::string& show) {
  Nix nix;
  return nix.run("(m: " + show + ") (lib.evalModules { modules = [ { options.o = mkOption { type = " + type +
                 "; }; } " + defs + " ]; }).options.o.valueMeta");
}

constexpr char kSubmodule[] = "types.submodule { options.n = mkOption { type = types.int; }; }";

TEST(ValueMeta, OfPlainTypesIsEmpty) {
  EXPECT_EQ(meta("types.int", "{ o = 1; }", "m"), "{}");
  EXPECT_EQ(meta("types.nullOr (types.listOf types.int)", "{ o = [ 1 ]; }", "m"), "{}");
}

TEST(ValueMeta, OfContainersHasThatOfEveryElement) {
  EXPECT_EQ(meta("types.listOf types.int", "{ o = [ 1 2 ]; } { o = [ (mkIf false 3) ]; }", "m.list"), "[{},{}]");
  EXPECT_EQ(meta("types.attrsOf types.int", "{ o = { a = 1; b = mkIf false 2; }; }", "lib.attrNames m.attrs"),
            R"(["a"])");
  EXPECT_EQ(meta("types.lazyAttrsOf types.int", "{ o = { a = 1; b = mkIf false 2; }; }", "lib.attrNames m.attrs"),
            R"(["a","b"])");
  EXPECT_EQ(meta("types.attrsOf types.int", "{ o.a = 1; }", "m._internal.type.name"), R"("attrsOf")");
}

TEST(ValueMeta, ReachesTheEvaluationOfSubmodulesInside) {
  const std::string sub(kSubmodule);
  EXPECT_EQ(meta("types.attrsOf (" + sub + ")", "{ o.a.n = 42; }", "m.attrs.a.configuration.options.n.value"), "42");
  EXPECT_EQ(
      meta("types.listOf (" + sub + ")", "{ o = [ { n = 42; } ]; }", "(lib.head m.list).configuration.options.n.value"),
      "42");
  EXPECT_EQ(meta(sub, "{ o.n = 42; }", "m.configuration.config.n"), "42");
}

TEST(ValueMeta, OfAUnionIsThatOfTheSideThatTakesTheDefinitions) {
  EXPECT_EQ(meta("types.either types.int (types.listOf types.int)", "{ o = [ 1 ]; }", "m.list"), "[{}]");
  EXPECT_EQ(meta("types.coercedTo types.int (x: [ x ]) (types.listOf types.int)", "{ o = 1; }", "m.list"), "[{}]");
  EXPECT_EQ(meta("types.addCheck (types.listOf types.int) (l: true)", "{ o = [ 1 ]; }", "m.list"), "[{}]");
}

TEST(ValueMeta, OfAttributeListsCarriesDefinitionsThatCanBeUsedAgain) {
  const std::string type =
      "types.attrListWith { elemType = types.str; asAttrs = true; mergeAttrValues = n: v: lib.last v; }";
  EXPECT_EQ(meta(type, "{ o = { x = mkOrder 1500 \"l\"; y = \"m\"; }; }",
                 "map (d: [ d.value.priority d.value.content ]) m.definitions"),
            R"([[1000,{"y":"m"}],[1500,{"x":"l"}]])");
  EXPECT_EQ(meta(type, "{ o = { x = mkOrder 1500 \"l\"; y = \"m\"; }; }", "m.attrListValue"),
            R"([{"y":"m"},{"x":"l"}])");
}

TEST(ValueMeta, OfATypeOfSomebodyElsesIsWhatItReports) {
  EXPECT_EQ(meta("lib.mkOptionType { name = \"t\"; check = { __functor = self: x: true; isV2MergeCoherent = true; }; "
                 "merge = { __functor = self: loc: defs: 1; v2 = { loc, defs }: { headError = null; value = 1; "
                 "valueMeta.mine = lib.length defs; }; }; }",
                 "{ o = 1; } { o = 2; }", "m.mine"),
            "2");
}

TEST(ValueMeta, MergeDefinitionsTellsErrorsOfTypeWithoutFailing) {
  Nix nix;
  const std::string merge = "(lib.mergeDefinitions [ \"o\" ] types.int [ { file = \"f\"; value = ";
  EXPECT_EQ(nix.run(merge + "1; } ]).checkedAndMerged.headError"), "null");
  EXPECT_EQ(nix.run("(lib.mergeDefinitions [ \"o\" ] (types.attrsOf types.int) [ { file = \"f\"; value = 1; } ])"
                    ".checkedAndMerged.headError ? message"),
            "true");
}

}  // namespace
}  // namespace fleetd::compose::test
