// The layout rules of indented strings.
#include "kernel/lang/indented.hpp"

#include <gtest/gtest.h>

#include "syntax_helpers.hpp"

namespace fleetd::lang {
namespace {

// The value of the string between '' and '', with interpolations shown as <name>.
std::string value(std::string inside) {
  const Syntax syntax("with { }; ''" + std::move(inside) + "''");
  if (!syntax.ok()) return syntax.problems().at(0);
  const Expr* body = static_cast<const ExprWith*>(syntax.root())->body;
  const auto text = [&](const Expr* part) {
    if (part->kind == ExprKind::String) return std::string(static_cast<const ExprString*>(part)->text);
    return "<" + std::string(syntax.text(static_cast<const ExprVar*>(part)->name)) + ">";
  };
  if (body->kind == ExprKind::String) return text(body);
  std::string out;
  for (const Expr* part : static_cast<const ExprInterp*>(body)->parts) out += text(part);
  return out;
}

TEST(Indented, CommonIndentationGoes) {
  EXPECT_EQ(value("\n  a\n    b\n  c\n"), "a\n  b\nc\n");
  EXPECT_EQ(value("\n    a\n  b\n"), "  a\nb\n");
  EXPECT_EQ(value(""), "");
  EXPECT_EQ(value("   "), "");
  EXPECT_EQ(value("\n"), "");
  EXPECT_EQ(value("\n\n"), "\n");
}

TEST(Indented, FirstLine) {
  EXPECT_EQ(value("  \n  a"), "a");
  EXPECT_EQ(value("a\n  b"), "a\n  b");
  EXPECT_EQ(value("  a\n    b"), "a\n  b");
  EXPECT_EQ(value("\n\n  a"), "\na");
  EXPECT_EQ(value("\t\n  a"), "\t\n  a");
}

TEST(Indented, OnlySpacesIndent) {
  EXPECT_EQ(value("\n  a\n\tb\n"), "  a\n\tb\n");
  EXPECT_EQ(value("\n  a\n  \tb\n"), "a\n\tb\n");
}

TEST(Indented, LastLine) {
  EXPECT_EQ(value("\n    a\n  "), "a\n");
  EXPECT_EQ(value("\n    a\n      "), "a\n");
  EXPECT_EQ(value("\n  a\n\t"), "  a\n\t");
  EXPECT_EQ(value("\n  a  "), "a  ");
}

TEST(Indented, BlankLines) {
  EXPECT_EQ(value("\n  a\n\n  b\n"), "a\n\nb\n");
  EXPECT_EQ(value("\n  a\n \n  b\n"), "a\n\nb\n");
  EXPECT_EQ(value("\n  a\n     \n  b\n"), "a\n   \nb\n");
  EXPECT_EQ(value("\n  a   \n  b\n"), "a   \nb\n");
}

TEST(Indented, InterpolationsAreText) {
  EXPECT_EQ(value("\n  ${x}\n    a\n"), "<x>\n  a\n");
  EXPECT_EQ(value("\n    a\n  ${x} b"), "  a\n<x> b");
  EXPECT_EQ(value("${x}  "), "<x>  ");
  EXPECT_EQ(value("\n  a ${x}\n  ${y}\n  "), "a <x>\n<y>\n");
  EXPECT_EQ(value("\n  ${x}${y}\n"), "<x><y>\n");
}

TEST(Indented, Escapes) {
  EXPECT_EQ(value("a'''b''$c''\\nd''\\te''\\xf''\\$"), "a''b$c\nd\texf$");
  EXPECT_EQ(value("\n  a''\\n    b\n"), "a\n  b\n");
  EXPECT_EQ(value("\n    ''\\n\n  a"), "  \n\na");
  EXPECT_EQ(value("$${x} $$${y}"), "$${x} $$<y>");
  EXPECT_EQ(value("''${x}"), "${x}");
  EXPECT_EQ(value("$$ $a 'b' $"), "$$ $a 'b' $");
  EXPECT_EQ(value("a\r\nb"), "a\r\nb");
}

TEST(Indented, ALoneTextIsAPlainString) {
  const Syntax plain("''a''$b'''c''");
  EXPECT_EQ(plain.root()->kind, ExprKind::String);
  const Syntax constant("''${\"a\"}''");
  EXPECT_EQ(constant.root()->kind, ExprKind::Interp);
}

}  // namespace
}  // namespace fleetd::lang
