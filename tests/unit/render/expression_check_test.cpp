#include "kernel/render/expression_check.hpp"

#include <fleet/types.h>
#include <gtest/gtest.h>

namespace fleetd::render {
namespace {

TEST(ExpressionCheck, AllowsTheFiveNamesAndWhatTheExpressionBinds) {
  for (const char* source :
       {"1", "pkgs.hello", "lib.mkIf config.a.b options.x", "inputs.nixpkgs.rev", "let x = 1; in x + lib.length [ ]",
        "a: { b ? a, ... }@all: b + all.c", "rec { a = 1; b = a; }", "with pkgs; [ hello ]", "builtins.toJSON { }",
        "builtins.map toString [ 1 2 ]", "\"${pkgs.hello}/bin\"", "''\n  ${config.networking.hostName}\n''",
        "if true then null else false"}) {
    const auto checked = checkExpression(source);
    EXPECT_TRUE(checked.ok()) << source << ": " << (checked ? "" : checked.error().message);
  }
}

TEST(ExpressionCheck, RefusesOtherFreeVariables) {
  for (const char* source :
       {"x", "self", "import", "derivation", "fetchTarball", "lib.id other", "{ a = host; }", "let x = y; in x",
        "(a: b) 1", "a: { b ? c }: b", "\"${secret}\"", "inherit", "__currentTime", "rec { a = d; }", "scopedImport"}) {
    const auto checked = checkExpression(source);
    ASSERT_FALSE(checked.ok()) << source;
    EXPECT_EQ(checked.error().code, base::Code::FL0320) << source;
  }
}

TEST(ExpressionCheck, RefusesPathsAndImpureBuiltins) {
  for (const char* source :
       {"./x", "/etc/passwd", "~/x", "<nixpkgs>", "../x/${pkgs.name}", "[ ./a ]", "builtins.readFile config.x",
        "builtins.fetchurl config.x", "builtins.currentTime", "builtins.getEnv \"HOME\"", "builtins.import config.x",
        "builtins.path { }", "builtins.storePath config.x", "builtins.exec [ ]", "builtins", "builtins.${config.x}",
        "let b = builtins; in b.readFile", "with builtins; readFile config.x", "builtins.builtins.readFile config.x"}) {
    const auto checked = checkExpression(source);
    ASSERT_FALSE(checked.ok()) << source;
    EXPECT_EQ(checked.error().code, base::Code::FL0320) << source;
  }
}

TEST(ExpressionCheck, RefusesWhatIsNoExpression) {
  for (const std::string& source : {std::string("1 +"), std::string("{ a = 1; "), std::string("1; 2"),
                                    std::string("\xff"), std::string("in"), std::string(100'000, '(')}) {
    const auto checked = checkExpression(source);
    ASSERT_FALSE(checked.ok()) << source.substr(0, 20);
    EXPECT_EQ(checked.error().code, base::Code::FL0320);
  }
}

}  // namespace
}  // namespace fleetd::render
