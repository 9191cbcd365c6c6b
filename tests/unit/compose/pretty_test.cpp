// Values in messages.
#include <gtest/gtest.h>

#include "kernel/compose/pretty.hpp"
#include "tests/unit/compose/helpers.hpp"

namespace fleetd::compose::test {
namespace {

std::string pretty(const std::string& text) {
  Nix nix;
  std::string out;
  const Value error = prettyText(nix.compose, nix.eval(text), &out);
  return error.isError() ? "error: " + std::string(error.error->message) : out;
}

TEST(Pretty, Scalars) {
  EXPECT_EQ(pretty("[ 1 2.0 true null \"a\\\"b\" /x (x: x) ({ a, b ? 1 }: a) ]"),
            "[\n  1\n  2.0\n  true\n  null\n  \"a\\\"b\"\n  /x\n  <function>\n  <function, args: {a, b?}>\n]");
}

TEST(Pretty, Sets) {
  EXPECT_EQ(pretty("{ a = { }; \"b c\" = [ ]; }"), "{\n  a = { };\n  \"b c\" = [ ];\n}");
  EXPECT_EQ(pretty("{ type = \"derivation\"; name = \"n\"; }"), "<derivation n>");
}

TEST(Pretty, LinesAreBlocks) {
  EXPECT_EQ(pretty("\"a\\nb\\n\""), "''\n  a\n  b\n''");
  EXPECT_EQ(pretty("\"a\\n''b\""), "''\n  a\n  '''b''");
}

TEST(Pretty, DeepPartsAreNotEvaluated) {
  std::string text = "throw \"deep\"";
  for (int i = 0; i < 12; ++i) text = "[ (" + text + ") ]";
  EXPECT_NE(pretty(text).find("\"<unevaluated>\""), std::string::npos);
}

TEST(Pretty, DefinitionsShowFiveLinesAndLeaveOutWhatThrows) {
  Nix nix;
  Def defs[2];
  defs[0].file = nix.compose.fileOf(Value::text("f"));
  defs[0].value = nix.eval("[ 1 2 3 4 5 6 ]");
  defs[1].file = defs[0].file;
  defs[1].value = nix.eval("throw \"x\"");
  std::string out;
  EXPECT_FALSE(showDefs(nix.compose, defs, &out).isError());
  EXPECT_EQ(out, "\n- In `f':\n    [\n      1\n      2\n      3\n      4\n    ...\n- In `f'");
}

}  // namespace
}  // namespace fleetd::compose::test
