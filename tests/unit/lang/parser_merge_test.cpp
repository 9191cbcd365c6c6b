// Attribute sets: merging, duplicates, order, inherit.
#include <gtest/gtest.h>

#include <algorithm>

#include "syntax_helpers.hpp"

namespace fleetd::lang {
namespace {

TEST(ParserMerge, PathsAndLiteralsMerge) {
  EXPECT_EQ(outcome("{ a.b = 1; a.c = 2; }"), "{ a = { b = 1; c = 2; }; }");
  EXPECT_EQ(outcome("{ a = { b = 1; }; a.c = 2; a = { d = 3; }; }"), "{ a = { b = 1; c = 2; d = 3; }; }");
  EXPECT_EQ(outcome("{ a.b.c = 1; a = { b = { d = 2; }; }; a.b.e.f = 3; }"),
            "{ a = { b = { c = 1; d = 2; e = { f = 3; }; }; }; }");
  EXPECT_EQ(outcome("{ a = ({ b = 1; }); a.c = 2; }"), "{ a = { b = 1; c = 2; }; }");
  EXPECT_EQ(outcome("{ a = { }; a = { }; }"), "{ a = { }; }");
  EXPECT_EQ(outcome("let a.b = 1; a.c = 2; in a"), "let a = { b = 1; c = 2; }; in a");
  EXPECT_EQ(outcome("{ \"a b\".c = 1; \"a b\" = { d = 2; }; }"), "{ \"a b\" = { c = 1; d = 2; }; }");
}

TEST(ParserMerge, TheFirstSetDecidesWhetherItIsRecursive) {
  EXPECT_EQ(outcome("{ a = rec { x = 1; }; a.y = x; }"), "{ a = rec { x = 1; y = x; }; }");
  EXPECT_EQ(outcome("x: { a.y = 1; a = rec { z = x; }; }"), "x: { a = { y = 1; z = x; }; }");
}

TEST(ParserMerge, DynamicNamesStayApart) {
  EXPECT_EQ(outcome("{ a.${map} = 1; a.b = 2; a = { ${toString} = 3; }; ${map}.x = 1; ${map}.y = 2; }"),
            "{ a = { ${map} = 1; b = 2; ${toString} = 3; }; ${map} = { x = 1; }; ${map} = { y = 2; }; }");
}

TEST(ParserMerge, InheritSourcesAreRenumbered) {
  EXPECT_EQ(outcome("{ a = { inherit (map) x; }; a = { inherit (toString) y; inherit (import) z; b = 1; }; }"),
            "{ a = { inherit (map) x; inherit (toString) y; inherit (import) z; b = 1; }; }");
  const Syntax syntax("{ a = { inherit (map) x; }; a = { inherit (toString) y z; }; }");
  const auto* set = static_cast<const ExprAttrs*>(syntax.as<ExprAttrs>(ExprKind::Attrs)->statics[0].value);
  ASSERT_EQ(set->inheritFrom.size(), 2u);
  ASSERT_EQ(set->statics.size(), 3u);
  for (const AttrDef& def : set->statics) {
    ASSERT_EQ(def.kind, AttrKind::InheritFrom);
    const auto* source = static_cast<const ExprVar*>(static_cast<const ExprSelect*>(def.value)->subject);
    EXPECT_EQ(source->kind, ExprKind::InheritFrom);
    EXPECT_EQ(source->index, syntax.text(def.name) == "x" ? 0u : 1u);
  }
}

TEST(ParserMerge, Duplicates) {
  const auto first = [](std::string text) { return Syntax(std::move(text)).problems().at(0); };
  EXPECT_EQ(first("{ a = 1; b = 2; a = 3; }"), "1:17 attribute 'a' already defined at t.nix:1:3");
  EXPECT_EQ(first("{ a = 1;\n a.b = 2; }"), "2:2 attribute 'a' already defined at t.nix:1:3");
  EXPECT_EQ(first("{ a.b = 1; a = 5; }"), "1:12 attribute 'a' already defined at t.nix:1:3");
  EXPECT_EQ(first("{ a = { x = 1; }; a = { x = 2; }; }"), "1:25 attribute 'a.x' already defined at t.nix:1:9");
  EXPECT_EQ(first("{ a.b.c = 1; a.b = { c = 2; }; }"), "1:22 attribute 'a.b.c' already defined at t.nix:1:3");
  EXPECT_EQ(first("{ inherit map; map = 2; }"), "1:16 attribute 'map' already defined at t.nix:1:11");
  EXPECT_EQ(first("{ map.a = 2; inherit map; }"), "1:22 attribute 'map' already defined at t.nix:1:3");
  EXPECT_EQ(first("{ inherit map map; }"), "1:15 attribute 'map' already defined at t.nix:1:11");
  EXPECT_EQ(first("{ inherit (map) a; a.b = 1; }"), "1:20 attribute 'a' already defined at t.nix:1:17");
  EXPECT_EQ(first("let a.b = 1; a.b = 2; in a"), "1:14 attribute 'a.b' already defined at t.nix:1:5");
  EXPECT_EQ(first("{ x = rec { a.b = 1; a.b = 2; }; }"), "1:22 attribute 'a.b' already defined at t.nix:1:13");
  const Syntax many("{ a = 1; a = 2; a.b = 3; c.d = 1; c.d = 2; }");
  EXPECT_EQ(many.problems(), (std::vector<std::string>{"1:10 attribute 'a' already defined at t.nix:1:3",
                                                       "1:17 attribute 'a' already defined at t.nix:1:3",
                                                       "1:35 attribute 'c.d' already defined at t.nix:1:26"}));
  EXPECT_EQ(many.file->problems[0].code, base::Code::FL0104);
  EXPECT_EQ(many.place(many.file->problems[0].labels.at(0).span.begin), "1:3");
}

TEST(ParserMerge, StaticsAreSortedBySymbol) {
  std::string text = "{ ";
  for (int i = 0; i < 500; ++i) text += "a" + std::to_string(i * 7919 % 500) + ".b" + std::to_string(i) + " = 1; ";
  const Syntax syntax(text + "}");
  const auto* attrs = syntax.as<ExprAttrs>(ExprKind::Attrs);
  ASSERT_TRUE(attrs);
  EXPECT_EQ(attrs->statics.size(), 500u);
  EXPECT_TRUE(std::is_sorted(attrs->statics.begin(), attrs->statics.end(),
                             [](const AttrDef& a, const AttrDef& b) { return a.name < b.name; }));
}

TEST(ParserMerge, NamesOfAllKinds) {
  EXPECT_EQ(outcome("{ \"if\" = 1; \"a-b\" = 2; \"a b\" = 3; \"\" = 4; x' = 5; \"1\" = 6; _ = 7; }"),
            "{ \"if\" = 1; a-b = 2; \"a b\" = 3; \"\" = 4; x' = 5; \"1\" = 6; _ = 7; }");
  EXPECT_EQ(outcome("{ inherit (map) \"if\" ${\"x y\"}; }"), "{ inherit (map) \"if\" \"x y\"; }");
  EXPECT_EQ(outcome("{ inherit; inherit (map); }"), "{ }");
}

}  // namespace
}  // namespace fleetd::lang
