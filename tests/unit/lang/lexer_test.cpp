// Tokens: every kind, what wins where several could start, and the insides of strings and paths.
#include "kernel/lang/lexer.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace fleetd::lang {
namespace {

// The tokens as "kind:text", with the texts that belong to no token left out. Strings are not entered.
std::vector<std::string> tokens(std::string_view text) {
  std::vector<std::string> out;
  Lexer lexer(text);
  for (Token token = lexer.next(); token.kind != Tok::End; token = lexer.next())
    out.push_back(std::string(describe(token.kind)) + " " + std::string(lexer.text(token)));
  return out;
}

std::vector<Tok> kinds(std::string_view text) {
  std::vector<Tok> out;
  Lexer lexer(text);
  for (Token token = lexer.next(); token.kind != Tok::End; token = lexer.next()) out.push_back(token.kind);
  return out;
}

using Strings = std::vector<std::string>;
using Kinds = std::vector<Tok>;

TEST(Lexer, Operators) {
  EXPECT_EQ(kinds("== != <= >= && || -> // ++ |> <| ... ${ < > = + - * / ! ? . , : ; @ ( ) [ ] { }"),
            (Kinds{Tok::Eq,           Tok::Neq,       Tok::Leq,       Tok::Geq,       Tok::AndAnd,     Tok::OrOr,
                   Tok::Implies,      Tok::Update,    Tok::Concat,    Tok::PipeInto,  Tok::PipeFrom,   Tok::Ellipsis,
                   Tok::DollarBrace,  Tok::Less,      Tok::Greater,   Tok::Assign,    Tok::Plus,       Tok::Minus,
                   Tok::Star,         Tok::Slash,     Tok::Not,       Tok::Question,  Tok::Dot,        Tok::Comma,
                   Tok::Colon,        Tok::Semicolon, Tok::At,        Tok::LeftParen, Tok::RightParen, Tok::LeftBracket,
                   Tok::RightBracket, Tok::LeftBrace, Tok::RightBrace}));
  EXPECT_EQ(kinds("===!==a"), (Kinds{Tok::Eq, Tok::Assign, Tok::Neq, Tok::Assign, Tok::Id}));
  EXPECT_EQ(kinds("a+++b"), (Kinds{Tok::Id, Tok::Concat, Tok::Plus, Tok::Id}));
}

TEST(Lexer, KeywordsAndNames) {
  EXPECT_EQ(kinds("if then else assert with let in rec inherit or"),
            (Kinds{Tok::If, Tok::Then, Tok::Else, Tok::Assert, Tok::With, Tok::Let, Tok::In, Tok::Rec, Tok::Inherit,
                   Tok::Or}));
  for (const std::string_view name :
       {"iffy", "i", "letter", "orb", "or'", "_", "a-b", "x'", "rec_", "__curPos", "Inherit", "a1"})
    EXPECT_EQ(tokens(name), Strings{"identifier " + std::string(name)});
  EXPECT_EQ(tokens("1a"), (Strings{"integer 1", "identifier a"}));
  EXPECT_EQ(tokens("a'b.c"), (Strings{"identifier a'b", "'.' .", "identifier c"}));
}

TEST(Lexer, Numbers) {
  EXPECT_EQ(tokens("0 007 12"), (Strings{"integer 0", "integer 007", "integer 12"}));
  EXPECT_EQ(tokens("1. .5 0.5 1.5e3 1.e-2 .5E+7"),
            (Strings{"floating-point literal 1.", "floating-point literal .5", "floating-point literal 0.5",
                     "floating-point literal 1.5e3", "floating-point literal 1.e-2", "floating-point literal .5E+7"}));
  EXPECT_EQ(tokens("1e3"), (Strings{"integer 1", "identifier e3"}));
  EXPECT_EQ(tokens("1.5.2"), (Strings{"floating-point literal 1.5", "floating-point literal .2"}));
  EXPECT_EQ(tokens("00.5"), (Strings{"integer 00", "floating-point literal .5"}));
  EXPECT_EQ(tokens("0."), (Strings{"integer 0", "'.' ."}));
  EXPECT_EQ(tokens("1.5e"), (Strings{"floating-point literal 1.5", "identifier e"}));
  EXPECT_EQ(tokens("1..2"), (Strings{"floating-point literal 1.", "floating-point literal .2"}));
  EXPECT_EQ(tokens("a.1"), (Strings{"identifier a", "floating-point literal .1"}));
}

TEST(Lexer, Paths) {
  for (const std::string_view path :
       {"./x", "../x", "a/b", "/a", "/a/b.c", "8/2", ".../x", "-a/b", "+x/y", "1.5/2", "a.b/c", "if/x", "a/b/"})
    EXPECT_EQ(tokens(path), Strings{"path " + std::string(path)});
  EXPECT_EQ(tokens("a//b"), (Strings{"identifier a", "'//' //", "identifier b"}));
  EXPECT_EQ(tokens("a / b"), (Strings{"identifier a", "'/' /", "identifier b"}));
  EXPECT_EQ(tokens("a /b"), (Strings{"identifier a", "path /b"}));
  EXPECT_EQ(tokens("~/x"), Strings{"'~/…' path ~/x"});
  EXPECT_EQ(tokens("~x"), (Strings{"character ~", "identifier x"}));
  EXPECT_EQ(tokens("a'b/c"), (Strings{"identifier a'b", "path /c"}));
  EXPECT_EQ(tokens("a.b.c d/e"),
            (Strings{"identifier a", "'.' .", "identifier b", "'.' .", "identifier c", "path d/e"}));
}

TEST(Lexer, SearchPaths) {
  EXPECT_EQ(tokens("<nixpkgs>"), Strings{"'<…>' path <nixpkgs>"});
  EXPECT_EQ(tokens("<a/b.c/d>"), Strings{"'<…>' path <a/b.c/d>"});
  EXPECT_EQ(tokens("<a/>"), (Strings{"'<' <", "identifier a", "'/' /", "'>' >"}));
  EXPECT_EQ(tokens("a<b>c"), (Strings{"identifier a", "'<…>' path <b>", "identifier c"}));
  EXPECT_EQ(tokens("a<b"), (Strings{"identifier a", "'<' <", "identifier b"}));
}

TEST(Lexer, Uris) {
  for (const std::string_view uri : {"x:x", "http://a.b/c?d=e", "a+b-c.d:e", "x:'", "let:x", "x://", "x-:y"})
    EXPECT_EQ(tokens(uri), Strings{"URI " + std::string(uri)});
  EXPECT_EQ(tokens("x: x"), (Strings{"identifier x", "':' :", "identifier x"}));
  EXPECT_EQ(tokens("a_b:c"), (Strings{"identifier a_b", "':' :", "identifier c"}));
  EXPECT_EQ(tokens("a_b.c:d"), (Strings{"identifier a_b", "'.' .", "URI c:d"}));
  EXPECT_EQ(tokens("a.b.c:d"), Strings{"URI a.b.c:d"});
  EXPECT_EQ(tokens("1x:y"), (Strings{"integer 1", "URI x:y"}));
  EXPECT_EQ(tokens("a'b:c"), (Strings{"identifier a'b", "':' :", "identifier c"}));
}

TEST(Lexer, CommentsAndBlanks) {
  EXPECT_EQ(tokens("1 # a /* b\n2 /* # c\n * / ** */ 3 /**/ 4 #"),
            (Strings{"integer 1", "integer 2", "integer 3", "integer 4"}));
  EXPECT_EQ(tokens("1 # a\r2"), (Strings{"integer 1", "integer 2"}));
  EXPECT_EQ(tokens(""), Strings{});
  EXPECT_EQ(tokens("\t\r\n #"), Strings{});
  Lexer lexer("a /*/ b");
  EXPECT_EQ(lexer.next().kind, Tok::Id);
  EXPECT_FALSE(lexer.openComment());
  EXPECT_EQ(lexer.next().kind, Tok::Slash);
  EXPECT_EQ(lexer.openComment(), 2u);
}

TEST(Lexer, BadCharacters) {
  EXPECT_EQ(tokens("é"), Strings{"character é"});
  EXPECT_EQ(tokens("$ ' & | ^"), (Strings{"character $", "character '", "character &", "character |", "character ^"}));
}

TEST(Lexer, StringPieces) {
  Lexer lexer("\"a $x $$${b}\\\"c\" d");
  EXPECT_EQ(lexer.next().kind, Tok::Quote);
  StringPiece piece = lexer.stringPiece();
  EXPECT_EQ(piece.text, "a $x $$");
  EXPECT_EQ(piece.end, PieceEnd::Interpolation);
  EXPECT_TRUE(piece.plain);
  EXPECT_EQ(lexer.next().kind, Tok::Id);
  EXPECT_EQ(lexer.next().kind, Tok::RightBrace);
  piece = lexer.stringPiece();
  EXPECT_EQ(piece.text, "\\\"c");
  EXPECT_EQ(piece.end, PieceEnd::Close);
  EXPECT_FALSE(piece.plain);
  const Token after = lexer.next();
  EXPECT_EQ(lexer.text(after), "d");

  for (const std::string_view open : {"\"a", "\"a\\", "\"a$", "\"$"}) {
    Lexer unfinished(open);
    unfinished.next();
    EXPECT_EQ(unfinished.stringPiece().end, PieceEnd::EndOfFile) << open;
  }
}

TEST(Lexer, Escapes) {
  base::Arena arena;
  EXPECT_EQ(unescapeString(arena, R"(\n\r\t\\\"\$\q\0)"), "\n\r\t\\\"$q0");
  EXPECT_EQ(unescapeString(arena, "a\r\nb\rc\n"), "a\nb\nc\n");
  EXPECT_EQ(unescapeString(arena, "\\\r\n"), "\r\n");
}

TEST(Lexer, IndentedPieces) {
  Lexer lexer("''  \n a''$b'''c''\\nd $'' e");
  EXPECT_EQ(lexer.next().kind, Tok::IndentedQuote);
  const auto expect = [&lexer](IndentedKind kind, std::string_view text) {
    const IndentedPiece piece = lexer.indentedPiece();
    EXPECT_EQ(piece.kind, kind);
    EXPECT_EQ(piece.text, text);
  };
  expect(IndentedKind::Text, " a");
  expect(IndentedKind::Escape, "$");
  expect(IndentedKind::Text, "b");
  expect(IndentedKind::Escape, "''");
  expect(IndentedKind::Text, "c");
  expect(IndentedKind::Escape, "\n");
  expect(IndentedKind::Text, "d ");
  expect(IndentedKind::Escape, "$");
  expect(IndentedKind::Close, "");
  EXPECT_EQ(lexer.next().kind, Tok::Id);
}

TEST(Lexer, PathPieces) {
  Lexer lexer("./a/${x}b/${y}/c d");
  const Token path = lexer.next();
  EXPECT_EQ(lexer.text(path), "./a/");
  EXPECT_TRUE(lexer.pathInterpolation());
  EXPECT_EQ(lexer.next().kind, Tok::Id);
  EXPECT_EQ(lexer.next().kind, Tok::RightBrace);
  EXPECT_EQ(lexer.pathPiece(), "b/");
  EXPECT_TRUE(lexer.pathInterpolation());
  lexer.next();
  lexer.next();
  EXPECT_EQ(lexer.pathPiece(), "/c");
  EXPECT_FALSE(lexer.pathInterpolation());
}

// A chain of names is one run of path characters: looking for a path at each of them must not make the time
// quadratic.
TEST(Lexer, LongChainsAreScannedOnce) {
  std::string text = "a";
  for (int i = 0; i < 1'000'000; ++i) text += ".a";
  EXPECT_EQ(kinds(text).size(), 2'000'001u);
}

}  // namespace
}  // namespace fleetd::lang
