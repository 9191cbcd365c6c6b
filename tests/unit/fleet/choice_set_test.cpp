// Sets that conditions choose: what is certain of their names, and what is left open.
#include "kernel/fleet/choice_set.hpp"

#include <gtest/gtest.h>

#include "kernel/fleet/value_text.hpp"
#include "kernel/lang/unknown.hpp"
#include "tests/unit/compose/helpers.hpp"

namespace fleetd::fleet {
namespace {

// `name = value;` of each name, in a set that may use the unknown `c` and `d`.
std::string parts(const std::string& set) {
  compose::test::Nix nix;
  const lang::Value make = nix.eval("{ c, d, rest }: " + set);
  const lang::Value v = nix.ev.force(nix.ev.call(
      make,
      nix.ev.attrs(
          {{"c", nix.ev.unknownRoot("c")}, {"d", nix.ev.unknownRoot("d")}, {"rest", nix.ev.unknownRoot("rest")}}),
      0));
  const CaseReader reader{[&](lang::Value one) {
                            const auto reference = lang::asReference(nix.ev, one);
                            return reference && reference->root == "rest";
                          },
                          [](lang::Value) { return std::nullopt; }};
  const auto attrs = attrsOfChoice(nix.ev, v, reader);
  if (!attrs) return "unknown";
  std::string out;
  for (const lang::Attr& attr : *attrs)
    out += std::string(nix.ev.text(attr.name)) + " = " + valueText(nix.ev, attr.value) + "; ";
  return out;
}

TEST(ChoiceSet, WhatAllCasesAgreeOnIsKnown) {
  EXPECT_EQ(parts("if c then { a = \"x\"; l = [ 1 2 ]; n = null; } else { a = \"x\"; l = [ 1 2 ]; n = null; }"),
            "a = \"x\"; l = [ 1 2 ]; n = null; ");
}

TEST(ChoiceSet, ListsOfTheSameReferencesAreTheSame) {
  EXPECT_EQ(parts("if c then { l = [ d.x 1 ]; } else { l = [ d.x 1 ]; }"), "l = [ d.x 1 ]; ");
  EXPECT_EQ(parts("if c then { l = [ d.x ]; } else { l = [ d.y ]; }"), "l = (if c then [ d.x ] else [ d.y ]); ");
}

TEST(ChoiceSet, WhatTheyDifferInIsAChoice) {
  EXPECT_EQ(parts("if c then { a = 1; } else { a = 2; }"), "a = (if c then 1 else 2); ");
  EXPECT_EQ(parts("if c then { a = 1; } else if d then { a = 1; } else { a = 3; }"),
            "a = (if c then 1 else (if d then 1 else 3)); ");
}

TEST(ChoiceSet, WhatOnlySomeHaveIsUnderTheirCondition) {
  EXPECT_EQ(parts("if c then { a = 1; b = 2; } else { a = 1; }"), "a = 1; b = (assert c; 2); ");
  EXPECT_EQ(parts("if c then { } else { b = 2; }"), "b = (assert (!c); 2); ");
}

TEST(ChoiceSet, Updates) {
  EXPECT_EQ(parts("{ a = 1; b = 2; } // (if c then { b = 3; } else { })"), "a = 1; b = (if c then 3 else 2); ");
  EXPECT_EQ(parts("(if c then { a = 1; } else { b = 1; }) // { a = 2; }"), "a = 2; b = (assert (!c); 1); ");
  EXPECT_EQ(parts("{ a = 1; } // (if c then { b = 3; } else { }) // (if d then { e = 4; } else { })"),
            "a = 1; b = (assert c; 3); e = (assert d; 4); ");
}

TEST(ChoiceSet, WhatOthersMayAddHasNoNames) {
  EXPECT_EQ(parts("if c then rest.x // { a = 1; b = rest.x.b; } else rest.x // { a = 1; b = rest.x.b; }"),
            "a = 1; b = rest.x.b; ");
  EXPECT_EQ(parts("if c then rest.x // { a = 1; } else rest.x"), "a = (assert c; 1); ");
  EXPECT_EQ(parts("rest.x"), "unknown");
}

TEST(ChoiceSet, ABranchThatFailsDoesNotHappen) {
  EXPECT_EQ(parts("if c then throw \"no\" else { a = 1; }"), "a = 1; ");
  EXPECT_EQ(parts("if c then { a = throw \"no\"; } else { a = 1; }"), "a = 1; ");
}

TEST(ChoiceSet, WhatIsNoChoiceOfRecordsStaysWhole) {
  for (const char* set : {"c", "c // { a = 1; }", "if c then d else { a = 1; }", "if c then null else { a = 1; }",
                          "if c then { outPath = \"/x\"; } else { a = 1; }", "if c then { } else { }",
                          "if c then { __functor = 1; } else { }"})
    EXPECT_EQ(parts(set), "unknown") << set;
}

TEST(ChoiceSet, ManyConditionsEnd) {
  std::string set = "{ a = 0; }";
  for (int i = 0; i < 40; ++i)
    set = "(if c." + std::string("x") + std::to_string(i) + " then { a = 1; } else " + set + ")";
  EXPECT_EQ(parts(set), "unknown");
  std::string wide = "{ a = 0; }";
  for (int i = 0; i < 20; ++i) wide += " // (if c.x" + std::to_string(i) + " then { a = 1; } else { b = 2; })";
  EXPECT_NE(parts(wide), "");
}

}  // namespace
}  // namespace fleetd::fleet
