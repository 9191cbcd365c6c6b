// Tables: alignment, shortening, columns that give way.
#include "kernel/cli/text_table.hpp"

#include <gtest/gtest.h>

#include "kernel/base/text.hpp"

namespace fleetd::cli {
namespace {

TextTable sample() {
  TextTable table({{"NAME"}, {"TAGS", false, 6, 2}, {"N", true, 0, 1}});
  table.add({{"a"}, {"one two three four"}, {"1"}});
  table.add({{"long"}, {"x"}, {"123"}});
  return table;
}

TEST(TextTable, FullWidth) {
  EXPECT_EQ(sample().text(0, false),
            "NAME  TAGS                  N\n"
            "a     one two three four    1\n"
            "long  x                   123\n");
}

TEST(TextTable, ShortensFirst) {
  EXPECT_EQ(sample().text(20, false),
            "NAME  TAGS         N\n"
            "a     one two…     1\n"
            "long  x          123\n");
}

TEST(TextTable, ThenLeavesColumnsOut) {
  EXPECT_EQ(sample().text(12, false),
            "NAME    N\n"
            "a       1\n"
            "long  123\n");
  EXPECT_EQ(sample().text(5, false), "NAME\na\nlong\n");
}

TEST(TextTable, FitsWheneverItCan) {
  for (unsigned width = 4; width < 40; ++width) {
    const std::string text = sample().text(width, false);  // what the lines point into
    for (const std::string_view line : base::splitLines(text)) EXPECT_LE(base::displayWidth(line), width) << width;
  }
}

TEST(TextTable, CellsAreOneHarmlessLine) {
  TextTable table({{"A"}, {"B"}});
  table.add({{"x\ny"}, {"\x1b[2J\xff"}});
  const std::string text = table.text(0, true);
  EXPECT_EQ(base::splitLines(text).size(), 2u);
  EXPECT_EQ(text.find("\x1b[2J"), std::string::npos);
  EXPECT_FALSE(base::invalidUtf8At(text));
}

TEST(TextTable, ColorsDoNotMoveColumns) {
  TextTable table({{"A"}, {"B"}});
  table.add({{"x", kRed}, {"y"}});
  EXPECT_EQ(table.text(0, false), "A  B\nx  y\n");
  EXPECT_NE(table.text(0, true).find("\x1b[1;31mx\x1b[0m  y\n"), std::string::npos);
}

TEST(TextTable, WideCharacters) {
  EXPECT_EQ(shorten("日本語", 6), "日本語");
  EXPECT_EQ(shorten("日本語", 5), "日本…");
  EXPECT_EQ(shorten("日本語", 4), "日…");
  EXPECT_EQ(shorten("abc", 0), "");
  EXPECT_EQ(shorten("abc", 1), "…");
}

}  // namespace
}  // namespace fleetd::cli
