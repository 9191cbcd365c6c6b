// Deep evaluation, and what Nix refuses that has a store path in it.
#include <gtest/gtest.h>

#include "kernel/base/file.hpp"
#include "kernel/lang/evaluator.hpp"
#include "tests/support/temp_dir.hpp"

namespace fleetd::lang {
namespace {

class Deep : public ::testing::Test {
 protected:
  Deep() : ev(sources, symbols, Purity::Command) {}
  Value run(const std::string& text) { return ev.forceDeep(ev.evalText("«test»", text, "/")); }
  std::string error(const std::string& text) {
    const Value v = run(text);
    return v.isError() ? std::string(v.error->message) : "no error";
  }

  base::SymbolTable symbols;
  base::SourceMap sources;
  Evaluator ev;
};

TEST_F(Deep, ADirectoryMayHaveTheNameOfAFile) {
  test::TempDir dir;
  ASSERT_TRUE(base::makeDirs(dir.at("d.nix")).ok());
  ASSERT_TRUE(base::writeFileAtomic(dir.at("d.nix/default.nix"), "41", 0644).ok());
  EXPECT_EQ(run("import " + dir.at("d.nix") + " + import " + dir.at("d.nix")).integer, 82);
  EXPECT_NE(error("import " + dir.at("e.nix")).find("e.nix"), std::string::npos);
}

TEST_F(Deep, SetsThatContainThemselvesEnd) {
  EXPECT_TRUE(run("let a = { b = a; c = [ a ]; }; in a").is(Tag::Attrs));
  EXPECT_TRUE(run("(derivation { name = \"x\"; system = \"s\"; builder = \"/b\"; }).all").is(Tag::List));
}

TEST_F(Deep, ErrorsDeepInsideAreFound) {
  EXPECT_EQ(error("let nest = n: if n == 0 then throw \"bottom\" else { inner = nest (n - 1); }; in nest 40"),
            "bottom");
}

TEST_F(Deep, NamesMustNotReferToTheStore) {
  const std::string name =
      "(builtins.appendContext \"n\" { \"/nix/store/dz5xyg5ip4sgvcr2mhn3xqfz7hnjfx9a-x.drv\" = { outputs = [ \"out\" ]; }; })";
  for (const std::string& text : {"{ ${" + name + "} = 1; }", "{ n = 1; }.${" + name + "} or 2",
                                  "{ n = 1; } ? ${" + name + "}", "builtins.fromJSON " + name})
    EXPECT_NE(error(text).find("is not allowed to refer to a store path"), std::string::npos)
        << text << ": " << error(text);
}

TEST_F(Deep, SortingLooksAtEveryElement) {
  EXPECT_EQ(error("builtins.length (builtins.sort (a: b: true) [ (throw \"x\") ])"), "x");
  EXPECT_EQ(run("builtins.length (builtins.sort (a: b: a < b) [ ])").integer, 0);
}

}  // namespace
}  // namespace fleetd::lang
