// Scopes: which frame and slot every variable refers to, seen through trees whose variables are printed as
// level.index.
#include "kernel/lang/bind.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include <fmt/format.h>

#include "syntax_helpers.hpp"

namespace fleetd::lang {
namespace {

// All variables of a tree in the order of the source: "name=L1.0" (local), "name=G" (global), "name=W2"
// (with), "name=?".
class Variables {
 public:
  explicit Variables(const Syntax& syntax) : syntax_(syntax) { visit(syntax.root()); }
  std::string text() {
    std::stable_sort(found_.begin(), found_.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    std::string out;
    for (const auto& [pos, shown] : found_) out += (out.empty() ? "" : " ") + shown;
    return out;
  }

 private:
  void visit(const Expr* expr) {
    if (!expr) return;
    switch (expr->kind) {
      case ExprKind::Var: return add(expr, "?");
      case ExprKind::Global: return add(expr, "G");
      case ExprKind::Local: {
        const auto* var = static_cast<const ExprVar*>(expr);
        return add(expr, fmt::format("L{}.{}", var->level, var->index));
      }
      case ExprKind::WithVar: return add(expr, fmt::format("W{}", static_cast<const ExprVar*>(expr)->level));
      case ExprKind::Select:
        visit(static_cast<const ExprSelect*>(expr)->subject);
        path(static_cast<const ExprSelect*>(expr)->path);
        return visit(static_cast<const ExprSelect*>(expr)->fallback);
      case ExprKind::HasAttr:
        visit(static_cast<const ExprHasAttr*>(expr)->subject);
        return path(static_cast<const ExprHasAttr*>(expr)->path);
      case ExprKind::Attrs: return attrs(static_cast<const ExprAttrs*>(expr));
      case ExprKind::List: return all(static_cast<const ExprList*>(expr)->elements);
      case ExprKind::Lambda:
        for (const Formal& formal : static_cast<const ExprLambda*>(expr)->formals) visit(formal.fallback);
        return visit(static_cast<const ExprLambda*>(expr)->body);
      case ExprKind::Call:
        visit(static_cast<const ExprCall*>(expr)->function);
        return all(static_cast<const ExprCall*>(expr)->args);
      case ExprKind::Let:
        attrs(static_cast<const ExprLet*>(expr)->attrs);
        return visit(static_cast<const ExprLet*>(expr)->body);
      case ExprKind::With:
        found_.emplace_back(expr->pos, fmt::format("with^{}", static_cast<const ExprWith*>(expr)->up));
        visit(static_cast<const ExprWith*>(expr)->scope);
        return visit(static_cast<const ExprWith*>(expr)->body);
      case ExprKind::If:
        visit(static_cast<const ExprIf*>(expr)->condition);
        visit(static_cast<const ExprIf*>(expr)->then);
        return visit(static_cast<const ExprIf*>(expr)->otherwise);
      case ExprKind::Assert:
        visit(static_cast<const ExprAssert*>(expr)->condition);
        return visit(static_cast<const ExprAssert*>(expr)->body);
      case ExprKind::Not:
      case ExprKind::Negate: return visit(static_cast<const ExprUnary*>(expr)->operand);
      case ExprKind::Binary:
        visit(static_cast<const ExprBinary*>(expr)->left);
        return visit(static_cast<const ExprBinary*>(expr)->right);
      case ExprKind::Interp: return all(static_cast<const ExprInterp*>(expr)->parts);
      case ExprKind::Int:
      case ExprKind::Float:
      case ExprKind::String:
      case ExprKind::Path:
      case ExprKind::SearchPath:
      case ExprKind::InheritFrom:
      case ExprKind::CurPos: return;
    }
  }
  void add(const Expr* expr, std::string_view what) {
    found_.emplace_back(expr->pos, fmt::format("{}={}", syntax_.text(static_cast<const ExprVar*>(expr)->name), what));
  }
  void path(std::span<const AttrName> names) {
    for (const AttrName& name : names) visit(name.expr);
  }
  void all(std::span<Expr* const> list) {
    for (const Expr* expr : list) visit(expr);
  }
  void attrs(const ExprAttrs* set) {
    for (const AttrDef& def : set->statics) visit(def.value);
    for (const DynamicAttr& def : set->dynamics) {
      visit(def.name);
      visit(def.value);
    }
    all(set->inheritFrom);
  }

  const Syntax& syntax_;
  std::vector<std::pair<Pos, std::string>> found_;
};

std::string variables(std::string text) {
  const Syntax syntax(std::move(text));
  if (!syntax.ok()) return syntax.problems().at(0);
  return Variables(syntax).text();
}

TEST(Bind, Lambdas) {
  EXPECT_EQ(variables("x: y: [ x y ]"), "x=L1.0 y=L0.0");
  EXPECT_EQ(variables("x: x: x"), "x=L0.0");
  // The argument comes first, then the formals in the order of their symbols (here: of first appearance).
  EXPECT_EQ(variables("args@{ a, b ? a, c ? args }: [ args a b c ]"),
            "a=L0.1 args=L0.0 args=L0.0 a=L0.1 b=L0.2 c=L0.3");
  EXPECT_EQ(variables("{ a, b }: [ a b ]"), "a=L0.0 b=L0.1");
  EXPECT_EQ(variables("{ a }@args: [ args a ]"), "args=L0.0 a=L0.1");
  EXPECT_EQ(variables("x: { }: x"), "x=L1.0");
}

TEST(Bind, FormalsAreSlotsInSymbolOrder) {
  const Syntax syntax("b: a: { a, b }: [ a b ]");
  const auto* inner = static_cast<const ExprLambda*>(
      static_cast<const ExprLambda*>(static_cast<const ExprLambda*>(syntax.root())->body)->body);
  EXPECT_EQ(syntax.text(inner->formals[0].name), "b");
  EXPECT_EQ(Variables(syntax).text(), "a=L0.1 b=L0.0");
}

TEST(Bind, SetsAndLet) {
  EXPECT_EQ(variables("rec { a = b; b = 1; }"), "b=L0.1");
  EXPECT_EQ(variables("x: { a = x; }"), "x=L0.0");
  EXPECT_EQ(variables("x: rec { a = x; }"), "x=L1.0");
  EXPECT_EQ(variables("let a = b; b = 1; in [ a b ]"), "b=L0.1 a=L0.0 b=L0.1");
  EXPECT_EQ(variables("let a = 1; in let b = a; in [ a b ]"), "a=L1.0 a=L1.0 b=L0.0");
  EXPECT_EQ(variables("let true = 1; in true"), "true=L0.0");
  EXPECT_EQ(variables("x: rec { a.b = rec { c = x; }; }"), "x=L2.0");
  EXPECT_EQ(variables("{ a = 1; b = a; }"), "1:14 undefined variable 'a'");
  EXPECT_EQ(variables("let in map"), "map=G");
}

TEST(Bind, DynamicNamesSeeTheFrameButAreNotInIt) {
  EXPECT_EQ(variables("x: rec { a = 1; ${x} = a; }"), "x=L1.0 a=L0.0");
  EXPECT_EQ(variables("x: rec { ${x} = 1; b = y; }"), "1:24 undefined variable 'y'");
  EXPECT_EQ(variables("x: x.${x} ? ${x}.a"), "x=L0.0 x=L0.0 x=L0.0");
}

TEST(Bind, Inherit) {
  EXPECT_EQ(variables("x: rec { inherit x; y = x; }"), "x=L0.0 x=L0.0");
  EXPECT_EQ(variables("a: x: rec { inherit x; y = a; }"), "x=L0.0 a=L2.0");
  EXPECT_EQ(variables("x: let inherit x; in x"), "x=L0.0 x=L0.0");
  EXPECT_EQ(variables("x: { inherit x; }"), "x=L0.0");
  EXPECT_EQ(variables("x: rec { s = x; inherit (s) y; z = y; }"), "x=L1.0 s=L0.0 y=L0.1");
  EXPECT_EQ(variables("x: { inherit (x) y; }"), "x=L0.0");
  EXPECT_EQ(variables("rec { inherit x; x' = 1; }"), "1:15 undefined variable 'x'");
  const Syntax syntax("x: rec { inherit (x) y; }");
  const auto* attrs = static_cast<const ExprAttrs*>(static_cast<const ExprLambda*>(syntax.root())->body);
  const auto* select = static_cast<const ExprSelect*>(attrs->statics[0].value);
  EXPECT_EQ(select->subject->kind, ExprKind::InheritFrom);
  EXPECT_EQ(static_cast<const ExprVar*>(select->subject)->level, 0u);
}

TEST(Bind, With) {
  EXPECT_EQ(variables("with { }; x"), "with^0 x=W0");
  EXPECT_EQ(variables("a: with a; b: [ a b c map ]"), "with^0 a=L0.0 a=L2.0 b=L0.0 c=W1 map=G");
  EXPECT_EQ(variables("with { }; x: with x; [ x y ]"), "with^0 with^2 x=L0.0 x=L1.0 y=W0");
  EXPECT_EQ(variables("with { }; with y; z"), "with^0 with^1 y=W0 z=W0");
  EXPECT_EQ(variables("[ (with { }; x) (y: y) ]"), "with^0 x=W0 y=L0.0");
  EXPECT_EQ(variables("[ (with { }; x) x ]"), "1:17 undefined variable 'x'");
  EXPECT_EQ(variables("let s = with s; { a = b; }; in s.a"), "with^0 s=L0.0 b=W0 s=L0.0");
}

TEST(Bind, ScopesEnd) {
  EXPECT_EQ(variables("x: [ (x: x) (let x = 1; in x) (rec { x = 1; }) x ]"), "x=L0.0 x=L0.0 x=L0.0");
  EXPECT_EQ(variables("x: (let y = 1; in y) + x"), "y=L0.0 x=L0.0");
  EXPECT_EQ(variables("[ (x: x) x ]"), "1:10 undefined variable 'x'");
}

TEST(Bind, UndefinedVariablesAreAllReported) {
  const Syntax syntax("{ a = nope; b = x: [ nope2 x (nope3 1) ]; }");
  EXPECT_EQ(syntax.problems(),
            (std::vector<std::string>{"1:7 undefined variable 'nope'", "1:22 undefined variable 'nope2'",
                                      "1:31 undefined variable 'nope3'"}));
  EXPECT_EQ(syntax.file->problems[0].code, base::Code::FL0107);
  EXPECT_EQ(syntax.place(syntax.file->problems[0].span.end), "1:11");
}

TEST(Bind, SimilarNamesAreSuggested) {
  const Syntax syntax("let config = 1; in confg");
  ASSERT_EQ(syntax.file->problems.size(), 1u);
  ASSERT_EQ(syntax.file->problems[0].fixes.size(), 1u);
  EXPECT_EQ(syntax.file->problems[0].fixes[0].edits.at(0).replacement, "config");
  const Syntax outOfScope("[ (let config = 1; in 1) confg ]");
  EXPECT_TRUE(outOfScope.file->problems.at(0).fixes.empty());
}

TEST(Bind, BaseScope) {
  base::SourceMap sources;
  base::SymbolTable symbols;
  const auto symbol = [&](std::string_view text) { return symbols.intern(text); };
  const auto globals = globalsOf(std::vector<Symbol>{symbol("a"), symbol("b"), symbol("c")});
  BaseScope scope{globals, {{symbol("b"), symbol("o")}, {symbol("i"), symbol("c")}}};
  const base::SourceFile* source = *sources.add("t.nix", "x: [ a b c o i x ]");
  const auto file = parse(*source, "/", symbols, scope);
  ASSERT_TRUE(file->ok());
  const auto* list = static_cast<const ExprList*>(static_cast<const ExprLambda*>(file->root)->body);
  std::string shown;
  for (const Expr* element : list->elements) {
    const auto* var = static_cast<const ExprVar*>(element);
    shown +=
        var->kind == ExprKind::Global ? fmt::format("G{} ", var->index) : fmt::format("{}.{} ", var->level, var->index);
  }
  EXPECT_EQ(shown, "G0 2.0 1.1 2.1 1.0 0.0 ");
}

// Looking a name up takes the same time in however many scopes it is.
TEST(Bind, DeepScopes) {
  std::string text;
  for (int i = 0; i < 3000; ++i) text += "a" + std::to_string(i) + ": ";
  text += "[";
  for (int i = 0; i < 200'000; ++i) text += " a0 map";
  const Syntax syntax(text + " ]");
  EXPECT_TRUE(syntax.ok());
}

}  // namespace
}  // namespace fleetd::lang
