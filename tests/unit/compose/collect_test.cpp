// Which modules take part in an evaluation, and in which order.
#include <gtest/gtest.h>

#include "tests/unit/compose/helpers.hpp"

namespace fleetd::compose::test {
namespace {

constexpr const char* kList = "{ options.l = mkOption { type = types.listOf types.str; default = [ ]; }; }";

std::string lists(const std::string& modules) {
  Nix nix;
  return nix.config("[ " + std::string(kList) + " " + modules + " ]");
}

TEST(Collect, LaterModulesComeFirst) {
  EXPECT_EQ(lists("{ l = [ \"a\" ]; } { l = [ \"b\" ]; }"), R"({"l":["b","a"]})");
}

TEST(Collect, ImportsComeBeforeTheImporter) {
  EXPECT_EQ(lists("{ imports = [ { l = [ \"in\" ]; } ]; l = [ \"out\" ]; }"), R"({"l":["in","out"]})");
}

TEST(Collect, BreadthFirst) {
  EXPECT_EQ(lists("{ imports = [ { imports = [ { l = [ \"deep\" ]; } ]; l = [ \"a\" ]; } ]; } { l = [ \"b\" ]; }"),
            R"({"l":["deep","a","b"]})");
}

TEST(Collect, EqualKeysCountOnce) {
  EXPECT_EQ(lists("{ key = \"k\"; l = [ \"first\" ]; } { key = \"k\"; l = [ \"second\" ]; }"), R"({"l":["first"]})");
}

TEST(Collect, AnonymousModulesCountEachTime) {
  EXPECT_EQ(lists("(let m = { l = [ \"m\" ]; }; in { imports = [ m m ]; })"), R"({"l":["m","m"]})");
}

TEST(Collect, DisabledModulesDisappearWithWhatOnlyTheyImport) {
  EXPECT_EQ(
      lists(
          "{ key = \"gone\"; imports = [ { l = [ \"inner\" ]; } ]; } { disabledModules = [ { key = \"gone\"; } ]; l = [ \"x\" ]; }"),
      R"({"l":["x"]})");
}

TEST(Collect, DisabledModuleStillDisables) {
  EXPECT_EQ(
      lists("{ key = \"a\"; disabledModules = [ { key = \"b\"; } ]; l = [ \"a\" ]; } { key = \"b\"; l = [ \"b\" ]; }"
            " { disabledModules = [ { key = \"a\"; } ]; }"),
      R"({"l":[]})");
}

TEST(Collect, DisabledModulesItemsAreChecked) {
  EXPECT_NE(lists("{ disabledModules = [ (x: x) ]; }").find("but is of type lambda"), std::string::npos);
  EXPECT_NE(lists("{ disabledModules = [ { } ]; }").find("that does not have a `key` attribute"), std::string::npos);
}

TEST(Collect, NestedListIsNoModule) {
  EXPECT_NE(lists("[ { } ]").find("Module imports can't be nested lists"), std::string::npos);
}

TEST(Collect, ClassIsCheckedWhenTheEvaluationHasOne) {
  Nix nix;
  const std::string module = "{ _class = \"darwin\"; _file = \"m.nix\"; }";
  EXPECT_EQ(nix.json(nix.eval("(evalModules { modules = [ " + module + " ]; }).config")), "{}");
  EXPECT_NE(
      nix.json(nix.eval("(evalModules { class = \"nixos\"; modules = [ " + module + " ]; }).config"))
          .find(
              "The module `m.nix` (class: \"darwin\") cannot be imported into a module evaluation that expects class \"nixos\"."),
      std::string::npos);
}

TEST(Collect, FileThatImportsItselfIsACycle) {
  Nix nix;
  const std::string path = testing::TempDir() + "/compose-cycle.nix";
  std::FILE* file = std::fopen(path.c_str(), "w");
  ASSERT_NE(file, nullptr);
  std::fputs("{ imports = [ ./compose-cycle.nix ]; }", file);
  std::fclose(file);
  EXPECT_NE(nix.config("[ " + path + " ]").find("infinite recursion encountered"), std::string::npos);
}

TEST(Collect, GraphNamesEveryModule) {
  Nix nix;
  EXPECT_EQ(
      nix.json(nix.modules("[ { key = \"a\"; _file = \"a.nix\"; imports = [ { key = \"b\"; } ]; } ]", ".graph")),
      R"([{"disabled":false,"file":"a.nix","imports":[{"disabled":false,"file":"a.nix","imports":[],"key":"b"}],"key":"a"}])");
}

}  // namespace
}  // namespace fleetd::compose::test
