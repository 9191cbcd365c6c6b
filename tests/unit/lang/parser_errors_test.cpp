// Recovery: independent errors of a file are all reported, each once, and a broken part brings no further
// ones.
#include <gtest/gtest.h>

#include "syntax_helpers.hpp"

namespace fleetd::lang {
namespace {

using Problems = std::vector<std::string>;

Problems problems(std::string text) { return Syntax(std::move(text)).problems(); }

TEST(ParserErrors, EndOfFileIsAfterTheLastNewline) {
  EXPECT_EQ(problems(""), Problems{"1:1 syntax error, unexpected end of file"});
  EXPECT_EQ(problems("\n"), Problems{"2:1 syntax error, unexpected end of file"});
  EXPECT_EQ(problems("(1 + 2\n"), Problems{"2:1 syntax error, unexpected end of file, expecting ')'"});
  EXPECT_EQ(problems("x: # c"), Problems{"1:7 syntax error, unexpected end of file"});
  EXPECT_EQ(problems("\"a\n"), Problems{"2:1 syntax error, unexpected end of file, expecting '\"'"});
  EXPECT_EQ(problems("''a${1\n"), Problems{"2:1 syntax error, unexpected end of file, expecting '}'"});
  EXPECT_EQ(problems("''a\n"),
            Problems{"2:1 syntax error, unexpected end of file, expecting end of an indented string"});
}

TEST(ParserErrors, BindingsRecoverAtTheirSemicolon) {
  EXPECT_EQ(problems("{\n  a = ;\n  b = 1 +;\n  c = 1;\n  d = [ 1, 2 ];\n  1 = 2;\n  e = );\n  f = 1;\n}\n"),
            (Problems{"2:7 syntax error, unexpected ';'", "3:10 syntax error, unexpected ';'",
                      "5:10 syntax error, unexpected ',', expecting ']'",
                      "6:3 syntax error, unexpected integer, expecting identifier or 'inherit'",
                      "7:7 syntax error, unexpected ')'"}));
}

TEST(ParserErrors, NestedSetsRecoverInside) {
  EXPECT_EQ(problems("{ a = { b = { c = ; d = 1; }; e = 2 2 = 3; }; f = (1; g = 2; }"),
            (Problems{"1:19 syntax error, unexpected ';'", "1:39 syntax error, unexpected '=', expecting ';'",
                      "1:53 syntax error, unexpected ';', expecting ')'"}));
}

TEST(ParserErrors, LetRecovers) {
  EXPECT_EQ(problems("let a = ; b = let c = ] ; in 1; in (a + )"),
            (Problems{"1:9 syntax error, unexpected ';'", "1:23 syntax error, unexpected ']'",
                      "1:41 syntax error, unexpected ')'"}));
  EXPECT_EQ(problems("{ a = let b = 1; b; c = 2; }"),
            Problems{"1:19 syntax error, unexpected ';', expecting '.' or '='"});
}

TEST(ParserErrors, MissingSemicolonIsOneError) {
  EXPECT_EQ(problems("{\n  a = 1\n  b = 2;\n  c = 3;\n}"), Problems{"3:5 syntax error, unexpected '=', expecting ';'"});
  EXPECT_EQ(problems("{ a = with x y; b = 2; }"), Problems{"1:19 syntax error, unexpected '=', expecting ';'"});
}

TEST(ParserErrors, StringsAndInterpolationsAreSkippedWhole) {
  EXPECT_EQ(problems("{ a = ) \"}; ${\"x;\" + ''y;${1};''};\" ./p/${\";\"}/; ; b = ; }"),
            (Problems{"1:7 syntax error, unexpected ')'",
                      "1:50 syntax error, unexpected ';', expecting identifier or 'inherit'",
                      "1:56 syntax error, unexpected ';'"}));
  EXPECT_EQ(problems("\"a ${ 1 + } b ${ ) } c\""),
            (Problems{"1:11 syntax error, unexpected '}'", "1:18 syntax error, unexpected ')'"}));
  EXPECT_EQ(problems("''a ${ 1 + } b ${ ] } c''"),
            (Problems{"1:12 syntax error, unexpected '}'", "1:19 syntax error, unexpected ']'"}));
}

TEST(ParserErrors, KeywordFormsRecover) {
  EXPECT_EQ(problems("with ; assert ) ; [ 1 + ]"),
            (Problems{"1:6 syntax error, unexpected ';'", "1:15 syntax error, unexpected ')'",
                      "1:23 syntax error, unexpected '+', expecting ']'"}));
  EXPECT_EQ(problems("{ a = with ; 1; b = if true then ; }"),
            (Problems{"1:12 syntax error, unexpected ';'", "1:34 syntax error, unexpected ';'"}));
}

TEST(ParserErrors, TooManyClosers) {
  EXPECT_EQ(problems("{ a = 1; } }"), Problems{"1:12 syntax error, unexpected '}', expecting end of file"});
  EXPECT_EQ(problems("{ a = 1); b = ; }"),
            ((Problems{"1:8 syntax error, unexpected ')', expecting ';'", "1:15 syntax error, unexpected ';'"})));
}

TEST(ParserErrors, OpenCommentEndsTheFile) {
  const Syntax syntax("{ a = 1; /* b = ; } ) ]");
  ASSERT_EQ(syntax.file->problems.size(), 1u);
  EXPECT_EQ(syntax.problems()[0], "1:10 syntax error, unexpected '/', expecting identifier or 'inherit'");
  ASSERT_EQ(syntax.file->problems[0].labels.size(), 1u);
  EXPECT_EQ(syntax.file->problems[0].labels[0].text, "this comment is never closed");
}

TEST(ParserErrors, BrokenPartsBringNoOthers) {
  // `b` might be defined by the broken part; `a` might have been a set.
  EXPECT_EQ(
      problems("let a = ; b 1; in b + nowhere"),
      (Problems{"1:9 syntax error, unexpected ';'", "1:13 syntax error, unexpected integer, expecting '.' or '='"}));
  EXPECT_EQ(problems("{ a = ; a.b = 1; }"), Problems{"1:7 syntax error, unexpected ';'"});
}

TEST(ParserErrors, OtherProblemsDoNotStopTheParser) {
  EXPECT_EQ(problems("{ a = 99999999999999999999; a = 1; b = { x, x }: x; c = 1.0e999; d = ./x/; e = nowhere; }"),
            (Problems{"1:7 invalid integer '99999999999999999999'", "1:29 attribute 'a' already defined at t.nix:1:3",
                      "1:45 duplicate formal function argument 'x'", "1:57 invalid float '1.0e999'",
                      "1:74 path has a trailing slash"}));
}

TEST(ParserErrors, AreLimited) {
  std::string text = "{";
  for (int i = 0; i < 1000; ++i) text += " a = ;";
  EXPECT_EQ(problems(text + " }").size(), 100u);
}

TEST(ParserErrors, HintsForCommonSlips) {
  const Syntax comma("[ 1, 2 ]");
  ASSERT_EQ(comma.file->problems[0].notes.size(), 1u);
  EXPECT_NE(comma.file->problems[0].notes[0].find("without commas"), std::string::npos);
  const Syntax minus("[ -1 ]");
  ASSERT_EQ(minus.file->problems[0].notes.size(), 1u);
  EXPECT_NE(minus.file->problems[0].notes[0].find("(-1)"), std::string::npos);
}

}  // namespace
}  // namespace fleetd::lang
