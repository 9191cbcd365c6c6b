// The grammar: trees seen through the printer, places, limits, and the conformance files.
#include "kernel/lang/parser.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <functional>

#include <fmt/format.h>

#include "kernel/base/json.hpp"
#include "syntax_helpers.hpp"

namespace fleetd::lang {
namespace {

// Adds all parentheses that the printer would leave out, to see how operators bind.
std::string grouped(std::string text) {
  const Syntax syntax("a: b: c: d: " + std::move(text));
  if (!syntax.ok()) return syntax.problems()[0];
  const Expr* body = syntax.root();
  for (int i = 0; i < 4; ++i) body = static_cast<const ExprLambda*>(body)->body;
  const std::function<std::string(const Expr*)> show = [&](const Expr* expr) -> std::string {
    switch (expr->kind) {
      case ExprKind::Binary: {
        const auto* node = static_cast<const ExprBinary*>(expr);
        return fmt::format("({} {} {})", show(node->left), static_cast<int>(node->op), show(node->right));
      }
      case ExprKind::Not: return fmt::format("(!{})", show(static_cast<const ExprUnary*>(expr)->operand));
      case ExprKind::Negate: return fmt::format("(-{})", show(static_cast<const ExprUnary*>(expr)->operand));
      case ExprKind::HasAttr: return fmt::format("({} ? x)", show(static_cast<const ExprHasAttr*>(expr)->subject));
      case ExprKind::Call: {
        const auto* node = static_cast<const ExprCall*>(expr);
        std::string out = "(" + show(node->function);
        for (const Expr* arg : node->args) out += " " + show(arg);
        return out + ")";
      }
      default: return print(*expr, syntax.symbols);
    }
  };
  return show(body);
}

std::string op(BinaryOp op) { return fmt::format("{}", static_cast<int>(op)); }

TEST(Parser, PrecedenceOfAllOperators) {
  const std::vector<std::pair<std::string, std::string>> weakestFirst = {
      {"->", op(BinaryOp::Implies)}, {"||", op(BinaryOp::Or)}, {"&&", op(BinaryOp::And)},
      {"==", op(BinaryOp::Eq)},      {"<", op(BinaryOp::Lt)},  {"//", op(BinaryOp::Update)},
      {"+", op(BinaryOp::Add)},      {"*", op(BinaryOp::Mul)}, {"++", op(BinaryOp::Concat)}};
  for (std::size_t i = 0; i < weakestFirst.size(); ++i)
    for (std::size_t j = i + 1; j < weakestFirst.size(); ++j) {
      const auto& [weak, weakOp] = weakestFirst[i];
      const auto& [tight, tightOp] = weakestFirst[j];
      EXPECT_EQ(grouped(fmt::format("a {} b {} c", weak, tight)), fmt::format("(a {} (b {} c))", weakOp, tightOp));
      EXPECT_EQ(grouped(fmt::format("a {} b {} c", tight, weak)), fmt::format("((a {} b) {} c)", tightOp, weakOp));
    }
}

TEST(Parser, Associativity) {
  for (const auto& [sign, number] :
       {std::pair{"+", op(BinaryOp::Add)}, std::pair{"-", op(BinaryOp::Sub)}, std::pair{"*", op(BinaryOp::Mul)},
        std::pair{"/", op(BinaryOp::Div)}, std::pair{"&&", op(BinaryOp::And)}, std::pair{"||", op(BinaryOp::Or)}})
    EXPECT_EQ(grouped(fmt::format("a {0} b {0} c", sign)), fmt::format("((a {0} b) {0} c)", number));
  for (const auto& [sign, number] : {std::pair{"->", op(BinaryOp::Implies)}, std::pair{"//", op(BinaryOp::Update)},
                                     std::pair{"++", op(BinaryOp::Concat)}})
    EXPECT_EQ(grouped(fmt::format("a {0} b {0} c", sign)), fmt::format("(a {0} (b {0} c))", number));
  EXPECT_EQ(outcome("1 == 1 == 1"), "1:8 syntax error, unexpected '=='");
  EXPECT_EQ(outcome("1 == 1 != 1"), "1:8 syntax error, unexpected '!='");
  EXPECT_EQ(outcome("1 < 1 >= 1"), "1:7 syntax error, unexpected '>='");
  EXPECT_EQ(outcome("{ } ? a ? b.c"), "{ } ? a ? b.c");
}

TEST(Parser, Prefixes) {
  const std::string add = op(BinaryOp::Add), update = op(BinaryOp::Update), mul = op(BinaryOp::Mul);
  EXPECT_EQ(grouped("-a b"), "(-(a b))");
  EXPECT_EQ(grouped("-a ? x"), "((-a) ? x)");
  EXPECT_EQ(grouped("!a ? x"), "(!(a ? x))");
  EXPECT_EQ(grouped("!a + b"), fmt::format("(!(a {} b))", add));
  EXPECT_EQ(grouped("!a // b"), fmt::format("((!a) {} b)", update));
  EXPECT_EQ(grouped("a // b ? x"), fmt::format("(a {} (b ? x))", update));
  EXPECT_EQ(grouped("a * !b + c"), fmt::format("(a {} (!(b {} c)))", mul, add));
  EXPECT_EQ(grouped("!!a"), "(!(!a))");
  EXPECT_EQ(grouped("- - a"), "(-(-a))");
  EXPECT_EQ(grouped("a - -b"), fmt::format("(a {} (-b))", op(BinaryOp::Sub)));
  EXPECT_EQ(outcome("[ -1 ]"), "1:3 syntax error, unexpected '-', expecting ']'");
}

TEST(Parser, ApplicationAndSelection) {
  EXPECT_EQ(grouped("a b c d"), "(a b c d)");
  EXPECT_EQ(grouped("a (b c)"), "(a (b c))");
  EXPECT_EQ(outcome("f: s: f s.a or 2"), "f: s: f s.a or 2");
  EXPECT_EQ(outcome("a: a.b or a.c.d or a"), "a: a.b or a.c.d or a");
  EXPECT_EQ(outcome("f: [ (f.a or 1) f.\"b c\".${toString 1} ]"), "f: [ f.a or 1 f.\"b c\".${toString 1} ]");
  EXPECT_EQ(outcome("f: f{a=1;}\"s\"[]"), "f: f { a = 1; } \"s\" [ ]");
  const Syntax list("[ \"a\"\"b\" 1(2)3 {}[] ]");
  ASSERT_TRUE(list.as<ExprList>(ExprKind::List));
  EXPECT_EQ(list.as<ExprList>(ExprKind::List)->elements.size(), 7u);
}

TEST(Parser, OrIsANameOutsideOfSelections) {
  EXPECT_EQ(outcome("map or [ ]"), "1:5 undefined variable 'or'");
  EXPECT_EQ(outcome("with { }; map or [ ]"), "with { }; map or [ ]");
  EXPECT_EQ(outcome("{ or = 1; }.or"), "{ \"or\" = 1; }.\"or\"");
  EXPECT_EQ(outcome("with { }; { inherit or; }"), "with { }; { inherit \"or\"; }");
  EXPECT_EQ(outcome("or: 1"), "1:1 syntax error, unexpected 'or'");
}

TEST(Parser, Pipes) {
  EXPECT_EQ(outcome("1 |> map |> toString"), "toString (map 1)");
  EXPECT_EQ(outcome("toString <| map <| 1 + 2"), "toString (map (1 + 2))");
  EXPECT_EQ(outcome("1 -> 2 |> map"), "map (1 -> 2)");
  EXPECT_EQ(outcome("1 |> map <| 2"), "1:10 syntax error, unexpected '<|', expecting '|>'");
  EXPECT_EQ(outcome("map <| 1 |> map"), "1:10 syntax error, unexpected '|>', expecting '<|'");
  EXPECT_EQ(outcome("1 |> x: x"), "1:7 syntax error, unexpected ':', expecting end of file");
  const Syntax call("1 |> map");
  EXPECT_EQ(call.place(call.root()->pos), "1:3");
}

TEST(Parser, Functions) {
  EXPECT_EQ(outcome("x: x"), "x: x");
  EXPECT_EQ(outcome("{}: 1"), "{ }: 1");
  EXPECT_EQ(outcome("{...}: 1"), "{ ... }: 1");
  EXPECT_EQ(outcome("{ b, a ? b, }: a"), "{ b, a ? b }: a");
  EXPECT_EQ(outcome("{ a, ... }@x: x"), "x@{ a, ... }: x");
  EXPECT_EQ(outcome("x@{ a }: a"), "x@{ a }: a");
  EXPECT_EQ(outcome("{}@x: x"), "x@{ }: x");
  EXPECT_EQ(outcome("{ ..., a }: a"), "1:6 syntax error, unexpected ',', expecting '}'");
  EXPECT_EQ(outcome("x@{ a }@y: a"), "1:8 syntax error, unexpected '@', expecting ':'");
  EXPECT_EQ(outcome("{ a, a, b, b }: a"),
            "1:6 duplicate formal function argument 'a'\n1:12 duplicate formal function argument 'b'");
  EXPECT_EQ(outcome("{ args }@args: 1"), "1:1 duplicate formal function argument 'args'");
  EXPECT_EQ(outcome("1 + x: x"), "1:6 syntax error, unexpected ':', expecting end of file");
}

TEST(Parser, FunctionsKnowTheirNames) {
  const Syntax syntax("{ f = a: b: a; }");
  const auto* attrs = syntax.as<ExprAttrs>(ExprKind::Attrs);
  ASSERT_TRUE(attrs);
  const auto* outer = static_cast<const ExprLambda*>(attrs->statics[0].value);
  EXPECT_EQ(syntax.text(outer->name), "f");
  EXPECT_EQ(syntax.text(static_cast<const ExprLambda*>(outer->body)->name), "f");
}

TEST(Parser, KeywordForms) {
  EXPECT_EQ(outcome("if true then 1 else if false then 2 else 3"), "if true then 1 else if false then 2 else 3");
  EXPECT_EQ(outcome("assert true; with { }; let in 1"), "assert true; with { }; let in 1");
  EXPECT_EQ(outcome("let a = 1; inherit (builtins) b c; in a"), "let a = 1; inherit (builtins) b c; in a");
  EXPECT_EQ(outcome("let { body = x; x = 1; }"), "rec { body = x; x = 1; }.body");
  EXPECT_EQ(outcome("map (let { body = 1; })"), "map rec { body = 1; }.body");
  EXPECT_EQ(outcome("1 + let a = 1; in a"), "1:9 syntax error, unexpected identifier, expecting '{'");
  EXPECT_EQ(outcome("__curPos.line"), "__curPos.line");
  EXPECT_EQ(outcome("let ${\"a\"} = 1; in a"), "let a = 1; in a");
  EXPECT_EQ(outcome("\n let \"${map}\" = 1; in 1"), "2:2 dynamic attributes not allowed in let");
  EXPECT_EQ(outcome("let a.${map} = 1; in 1"), "let a = { ${map} = 1; }; in 1");
  EXPECT_EQ(outcome("{ inherit (map) ${map}; }"), "1:17 dynamic attributes not allowed in inherit");
}

TEST(Parser, Literals) {
  EXPECT_EQ(outcome("[ 0 12 9223372036854775807 1. .5 1.5e3 1.e-2 ]"),
            "[ 0 12 9223372036854775807 1.0 0.5 1500.0 0.01 ]");
  EXPECT_EQ(outcome("9223372036854775808"), "1:1 invalid integer '9223372036854775808'");
  EXPECT_EQ(outcome("[ 1.0e400 5.0e-324 0.0e-999 ]"), "1:3 invalid float '1.0e400'\n1:11 invalid float '5.0e-324'");
  EXPECT_EQ(outcome("[ http://x.y/z x:x ]"), "[ \"http://x.y/z\" \"x:x\" ]");
  EXPECT_EQ(outcome("<nixpkgs/lib>"), "<nixpkgs/lib>");
  EXPECT_EQ(outcome(R"("a\n\${b}$${c}$")"), R"("a\n\${b}$\${c}$")");
  EXPECT_EQ(outcome("\"a${\"b\"}c\""), "\"a${\"b\"}c\"");
}

TEST(Parser, Paths) {
  EXPECT_EQ(outcome("[ ./x ../y a/b /a/./b//c ./. ./.. ]", "/d/e"), "[ /d/e/x /d/y /d/e/a/b /a/b/c /d/e /d ]");
  EXPECT_EQ(outcome("./../../../x", "/d/e"), "/x");
  EXPECT_EQ(outcome("/."), "/.");
  EXPECT_EQ(outcome("~/a/../b"), "~/a/../b");
  EXPECT_EQ(outcome("[ ./${map}/x /a${map}b ~/${map} ./a/${map} ]"),
            "[ /dir/${map}/x /a${map}b ~/${map} /dir/a/${map} ]");
  EXPECT_EQ(outcome("/${map}"), "/${map}");
  EXPECT_EQ(outcome("./foo/"), "1:7 path has a trailing slash");
  EXPECT_EQ(outcome("[ ./foo/ ./${map}/ ./a ]"), "1:9 path has a trailing slash");
  EXPECT_EQ(outcome("./${map}/ 1"), "1:10 path has a trailing slash");
  EXPECT_EQ(outcome("./x", "/my dir"), "/. + \"/my dir/x\"");
  EXPECT_EQ(outcome("map ./x/${map}/y", "/my dir"), "map (/. + \"/my dir/x/\" + map + \"/y\")");
  const Syntax syntax("./a/${map}");
  const auto* interp = syntax.as<ExprInterp>(ExprKind::Interp);
  ASSERT_TRUE(interp);
  EXPECT_EQ(interp->flags, kPathInterp);
  ASSERT_EQ(interp->parts[0]->kind, ExprKind::String);
  EXPECT_EQ(static_cast<const ExprString*>(interp->parts[0])->text, "/dir/a/");
}

TEST(Parser, DynamicNames) {
  const auto shape = [](std::string text) {
    const Syntax syntax(std::move(text));
    const auto* attrs = syntax.as<ExprAttrs>(ExprKind::Attrs);
    return attrs ? fmt::format("{} {}", attrs->statics.size(), attrs->dynamics.size()) : "none";
  };
  EXPECT_EQ(shape("{ a = 1; \"b\" = 1; ${\"c\"} = 1; ${''d''} = 1; ${(\"e\")} = 1; ${x:x} = 1; }"), "6 0");
  EXPECT_EQ(shape("{ \"${\"a\"}\" = 1; ${map} = 1; \"a${map}\" = 1; ${''a${map}''} = 1; }"), "0 4");
  EXPECT_EQ(shape("{ \"\" = 1; }"), "1 0");
}

TEST(Parser, PlacesOfNodes) {
  const Syntax syntax("\n (1 + 2) * [ 3\n 4 ] # x\n");
  const auto* product = syntax.as<ExprBinary>(ExprKind::Binary);
  ASSERT_TRUE(product);
  EXPECT_EQ(syntax.place(product->pos), "2:2");
  EXPECT_EQ(syntax.place(product->opPos), "2:10");
  EXPECT_EQ(syntax.place(product->rightPos), "2:12");
  EXPECT_EQ(syntax.place(product->end), "3:5");
  EXPECT_EQ(syntax.place(product->left->pos), "2:3");
  EXPECT_EQ(syntax.place(product->left->end), "2:8");
  const auto* list = static_cast<const ExprList*>(product->right);
  EXPECT_EQ(syntax.place(list->elements[1]->pos), "3:2");

  const Syntax select("{ x }: (x).a.b or 1");
  const auto* node = static_cast<const ExprSelect*>(select.as<ExprLambda>(ExprKind::Lambda)->body);
  EXPECT_EQ(select.place(node->pos), "1:8");
  EXPECT_EQ(select.place(node->path[1].pos), "1:14");
  EXPECT_EQ(select.place(node->end), "1:20");
  const auto* lambda = select.as<ExprLambda>(ExprKind::Lambda);
  EXPECT_EQ(select.place(lambda->formals[0].pos), "1:3");

  const Syntax attrs("{ a.b = 1; inherit map; }");
  const auto* set = attrs.as<ExprAttrs>(ExprKind::Attrs);
  for (const AttrDef& def : set->statics) EXPECT_EQ(attrs.place(def.pos), attrs.text(def.name) == "a" ? "1:3" : "1:20");
}

TEST(Parser, TextMustBeUtf8WithoutNul) {
  const Syntax bad("{ a = \"\xff\"; }");
  EXPECT_EQ(bad.problems(), std::vector<std::string>{"1:8 text is not valid UTF-8"});
  EXPECT_EQ(bad.file->problems[0].code, base::Code::FL0005);
  EXPECT_EQ(bad.root(), nullptr);
  EXPECT_EQ(outcome(std::string("1 \0 2", 5)), "1:3 syntax error, unexpected null byte");
  EXPECT_EQ(outcome("\xEF\xBB\xBF 1"), "1:1 syntax error, unexpected byte order mark");
  EXPECT_EQ(outcome("1 \xC2\xA0 2"), "1:3 syntax error, unexpected character U+00A0, expecting end of file");
}

std::string repeated(std::string_view text, int count) {
  std::string out;
  for (int i = 0; i < count; ++i) out += text;
  return out;
}

// Every way to nest, far beyond the limit: refused with FL0004, without exhausting the stack or much time.
TEST(Parser, NestingIsLimited) {
  const int n = 100'000;
  const std::vector<std::string> texts = {repeated("(", n),
                                          repeated("[", n),
                                          repeated("{a=", n),
                                          repeated("a: ", n) + "1",
                                          repeated("{ a }: ", n) + "1",
                                          repeated("\"${", n),
                                          repeated("''${", n),
                                          repeated("./a${", n),
                                          repeated("let a = ", n),
                                          repeated("with 1; ", n) + "1",
                                          repeated("assert true; ", n) + "1",
                                          repeated("if true then 1 else ", n) + "1",
                                          repeated("!", n) + "true",
                                          repeated("-", n) + "1",
                                          repeated("1 + ", n) + "1",
                                          repeated("[] ++ ", n) + "[]",
                                          repeated("1 -> ", n) + "1",
                                          repeated("{}.a or ", n) + "1",
                                          "1" + repeated(" |> map", n),
                                          repeated("map <| ", n) + "1",
                                          "{ " + repeated("a.", n) + "a = 1; }",
                                          repeated("{ a ? ", n),
                                          repeated("rec {a=", n),
                                          repeated("let { body = ", n),
                                          repeated("{ ${", n),
                                          repeated("map (", n),
                                          repeated("{a={inherit(", n)};
  for (const std::string& text : texts) {
    const Syntax syntax(text);
    ASSERT_EQ(syntax.file->problems.size(), 1u) << text.substr(0, 20);
    EXPECT_EQ(syntax.file->problems[0].code, base::Code::FL0004) << text.substr(0, 20) << ": " << syntax.problems()[0];
  }
}

TEST(Parser, HeightIsBounded) {
  // Chains inside of chains: no text may make a tree that is higher than the limit.
  std::string text = "1";
  for (int i = 0; i < 6; ++i) text = "(" + text + ")" + repeated(" + 1", 3000);
  const Syntax syntax(text);
  ASSERT_EQ(syntax.file->problems.size(), 1u);
  EXPECT_EQ(syntax.file->problems[0].code, base::Code::FL0004);
  const Syntax fine("[ 1 (2 + 3 * 4) { a.b = [ ]; } ]");
  EXPECT_EQ(fine.root()->height, 3);
}

TEST(Parser, LargeTexts) {
  std::string text = "{\n";
  while (text.size() < 10'000'000)
    text += "  a" + std::to_string(text.size()) + ".b.c = [ \"x${toString 1}\" ./y (z: z.a or 1) ];\n";
  text += "}";
  const Syntax syntax(text);
  EXPECT_EQ(syntax.problems(), std::vector<std::string>{});
  EXPECT_EQ(syntax.root()->height, 6);
}

TEST(Parser, AcceptsTheConformanceFiles) {
  std::size_t files = 0;
  for (const std::string& path : conformanceFiles("", ".nix")) {
    // What must fail, and files that are evaluated in a scope of their own.
    if (path.find("/fail/") != std::string::npos || path.ends_with("/needs-given.nix") ||
        path.find("/lib/cases/data/") != std::string::npos)
      continue;
    const Syntax syntax(readText(path), "/dir", path);
    EXPECT_EQ(syntax.problems(), std::vector<std::string>{}) << path;
    ++files;
  }
  EXPECT_GT(files, 600u);
}

// What Nix says about the files that must fail before evaluation, at the place where it says so.
TEST(Parser, RefusesTheConformanceFailures) {
  std::size_t files = 0;
  for (const std::string& path : conformanceFiles("lang/fail", ".err")) {
    const Result<Json> expected = base::parseJson(readText(path));
    ASSERT_TRUE(expected.ok()) << path;
    const std::string_view kind = expected->stringOr("kind", "");
    const std::string_view full = expected->stringOr("full", "");
    const bool early = kind == "syntax" || (kind == "duplicate-attribute" && full.starts_with("attribute ")) ||
                       (kind == "undefined-variable" && path.find("-in-with") == std::string::npos);
    if (!early) continue;
    std::string source = path.substr(0, path.size() - 4) + ".nix";
    if (const std::string_view other = expected->stringOr("file", ""); !other.empty())
      source = path.substr(0, path.rfind('/')) + std::string(other.substr(other.find('/')));
    const Syntax syntax(readText(source), "/dir", source);
    ASSERT_FALSE(syntax.file->problems.empty()) << source;
    const base::Diagnostic& problem = syntax.file->problems[0];
    const std::string place =
        fmt::format("{}:{}", *expected->find("line")->asInt(), *expected->find("column")->asInt());
    EXPECT_EQ(syntax.place(problem.span.begin), place) << source;
    EXPECT_NE(problem.message.find(expected->stringOr("message", "-")), std::string::npos)
        << source << ": " << problem.message;
    ++files;
  }
  EXPECT_GT(files, 35u);
}

// Whether Nix parses all of these files.
bool nixAccepts(const std::vector<std::string>& paths) {
  std::string command = "nix-instantiate --parse";
  for (const std::string& path : paths) command += " '" + path + "'";
  return std::system((command + " >/dev/null 2>&1").c_str()) == 0;
}

TEST(Parser, AgreesWithNixAboutWhatIsSyntax) {
  if (std::system("nix-instantiate --parse -E 1 >/dev/null 2>&1") != 0) GTEST_SKIP() << "no nix-instantiate";
  std::vector<std::string> accepted;
  const auto check = [&accepted] {
    if (!nixAccepts(accepted)) {
      for (const std::string& path : accepted) EXPECT_TRUE(nixAccepts({path})) << path;
    }
    accepted.clear();
  };
  for (const std::string& path : conformanceFiles("", ".nix")) {
    if (path.ends_with("/172-attrs-deep-literal-merge.nix")) continue;  // Nix before 2.20 refuses it
    if (Syntax(readText(path), "/dir", path).ok()) {
      accepted.push_back(path);
      if (accepted.size() == 100) check();
    } else {
      EXPECT_FALSE(nixAccepts({path})) << path;
    }
  }
  check();
}

}  // namespace
}  // namespace fleetd::lang
