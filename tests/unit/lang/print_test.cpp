// The printer: fewest parentheses, literals that read back the same, and the round trip over everything there
// is.
#include "kernel/lang/print.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <limits>

#include <fmt/format.h>

#include "syntax_helpers.hpp"

namespace fleetd::lang {
namespace {

// Prints, and checks that what is printed prints the same.
std::string twice(std::string text) {
  const std::string once = outcome(std::move(text));
  EXPECT_EQ(outcome(once), once);
  return once;
}

TEST(Print, ParenthesesOnlyWhereNeeded) {
  for (const std::string_view same : {"1 + 2 * 3",
                                      "(1 + 2) * 3",
                                      "1 - (2 - 3)",
                                      "1 - 2 - 3",
                                      "[ ] ++ [ ] ++ [ ]",
                                      "([ ] ++ [ ]) ++ [ ]",
                                      "!true && false",
                                      "!(true && false)",
                                      "-1 + 2",
                                      "-(1 + 2)",
                                      "(-1) ? a",
                                      "-1 ? a",
                                      "{ } // { } // { }",
                                      "({ } // { }) // { }",
                                      "1 == 2 -> 3 < 4",
                                      "(1 == 2) == 3",
                                      "map (x: x)",
                                      "(x: x) 1",
                                      "map (map 1) 2",
                                      "map (-1)",
                                      "[ (map 1) map (-1) (1 + 1) (x: x) ]",
                                      "(if true then 1 else 2) + 1",
                                      "(with { }; a).b",
                                      "{ a = x: x; }.a 1",
                                      "(map 1).a",
                                      "(1).a or (2 + 3)",
                                      "map.a.b or map.c",
                                      "(map.a or map).b",
                                      "(map.a).b",
                                      "\"a\".b",
                                      "rec { }.b",
                                      "!(!true)",
                                      "1 + (!true)",
                                      "assert 1 == 1; 2",
                                      "map { } [ ] \"\"",
                                      "(let a = 1; in a) 2",
                                      "1 -> 2 -> 3",
                                      "(1 -> 2) -> 3",
                                      "- /a",
                                      "(/a/b).c"}) {
    const std::string printed = twice(std::string(same));
    const std::string squeezed = same == "!(!true)"   ? "!!true"
                                 : same == "(-1) ? a" ? "-1 ? a"
                                 : same == "- /a"     ? "- /a"
                                                      : std::string(same);
    EXPECT_EQ(printed, squeezed);
  }
}

TEST(Print, Strings) {
  EXPECT_EQ(printString("a\"b\\c\n\r\t$ ${x} $${ $"), "\"a\\\"b\\\\c\\n\\r\\t$ \\${x} $\\${ $\"");
  for (const std::string_view text :
       {"", "a", "$", "$$", "${", "$${", "\\${", "\\", "\"", "''", "\n\t\r", "ä\x01", "$\n", "\\n"}) {
    const Syntax syntax(printString(text));
    ASSERT_TRUE(syntax.as<ExprString>(ExprKind::String)) << printString(text);
    EXPECT_EQ(syntax.as<ExprString>(ExprKind::String)->text, text);
  }
  EXPECT_EQ(twice("\"$\\${map}\""), "\"$\\${map}\"");
  EXPECT_EQ(twice("\"\\$${map}$$${map}\""), "\"\\$${map}$\\$${map}\"");
  EXPECT_EQ(twice("\"${\"a\"}${\"b${map}\"}\""), "\"${\"a\"}${\"b${map}\"}\"");
}

TEST(Print, Names) {
  EXPECT_EQ(printName("a-b'"), "a-b'");
  EXPECT_EQ(printName("if"), "\"if\"");
  EXPECT_EQ(printName("or"), "\"or\"");
  EXPECT_EQ(printName("1a"), "\"1a\"");
  EXPECT_EQ(printName("a b"), "\"a b\"");
  EXPECT_EQ(printName(""), "\"\"");
  EXPECT_TRUE(isIdentifier("_x"));
  EXPECT_FALSE(isIdentifier("a.b"));
  EXPECT_FALSE(isIdentifier("-a"));
}

TEST(Print, Floats) {
  EXPECT_EQ(printFloat(1), "1.0");
  EXPECT_EQ(printFloat(0.1), "0.1");
  EXPECT_EQ(printFloat(1e20), "1.0e+20");
  EXPECT_EQ(printFloat(1e-7), "1.0e-07");
  EXPECT_EQ(printFloat(-1.5), "(-1.5)");
  EXPECT_EQ(printFloat(123456789.125), "123456789.125");
  for (const double value :
       {1.0, 0.1, 1e20, 1e-7, 1.7976931348623157e308, 2.2250738585072014e-308, 3.0e-5, 100000.0, 0.0, 5e15, 1e22}) {
    const Syntax syntax(printFloat(value));
    ASSERT_TRUE(syntax.as<ExprFloat>(ExprKind::Float)) << printFloat(value);
    EXPECT_EQ(syntax.as<ExprFloat>(ExprKind::Float)->value, value);
  }
  // No literals for these: they are computed.
  for (const double value : {-0.0, 5e-324, -1e-310, std::numeric_limits<double>::infinity(),
                             -std::numeric_limits<double>::infinity(), std::numeric_limits<double>::quiet_NaN()})
    EXPECT_TRUE(Syntax(printFloat(value)).ok()) << printFloat(value);
  EXPECT_EQ(printFloat(5e-324), "(5.696189077778436e-306 / 1152921504606846976.0)");
  EXPECT_EQ(5.696189077778436e-306 / 1152921504606846976.0, 5e-324);
}

TEST(Print, NegativeIntegersOfResidualsReadBack) {
  base::SymbolTable symbols;
  ExprInt node{};
  node.kind = ExprKind::Int;
  node.value = -5;
  EXPECT_EQ(print(node, symbols), "(-5)");
  node.value = INT64_MIN;
  EXPECT_EQ(print(node, symbols), "(-9223372036854775807 - 1)");
}

TEST(Print, BindingsKeepTheOrderOfTheSource) {
  EXPECT_EQ(twice("map: { z = 1; ${map} = 2; inherit map; a = 3; inherit (map) y x; b.c = 4; }"),
            "map: { z = 1; ${map} = 2; inherit map; a = 3; inherit (map) y x; b = { c = 4; }; }");
  EXPECT_EQ(twice("{ z, a, m ? 1, ... }: 1"), "{ z, a, m ? 1, ... }: 1");
}

TEST(Print, DeepTreesDoNotExhaustTheStack) {
  std::string text = "1";
  for (int i = 0; i < 9000; ++i) text += " + 1";
  EXPECT_EQ(outcome(text), text);
}

TEST(Print, RoundTripOfTheConformanceFiles) {
  std::size_t files = 0;
  for (const std::string& path : conformanceFiles("", ".nix")) {
    const Syntax syntax(readText(path), std::filesystem::path(path).parent_path().string());
    if (!syntax.ok()) continue;
    const std::string once = syntax.printed();
    const Syntax again(once, "/elsewhere");
    ASSERT_EQ(again.problems(), std::vector<std::string>{}) << path << "\n" << once;
    EXPECT_EQ(again.printed(), once) << path;
    ++files;
  }
  EXPECT_GT(files, 800u);
}

}  // namespace
}  // namespace fleetd::lang
