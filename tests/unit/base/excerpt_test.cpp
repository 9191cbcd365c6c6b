// Excerpts of ordinary and hostile lines.
#include "kernel/base/excerpt.hpp"

#include <gtest/gtest.h>

#include "kernel/base/text.hpp"

namespace fleetd::base {
namespace {

TEST(Excerpt, ShortLinesAreShownWhole) {
  const Excerpt e = makeExcerpt("  a = b;", 2, 3, 80);
  EXPECT_EQ(e.text, "  a = b;");
  EXPECT_EQ(e.column, 2u);
  EXPECT_EQ(e.columns, 1u);
}

TEST(Excerpt, ColumnsFollowWideCharactersAndTabs) {
  const Excerpt wide = makeExcerpt("日本 = x", 9, 10, 80);  // six bytes, four columns
  EXPECT_EQ(wide.column, 7u);
  const Excerpt tab = makeExcerpt("\tx\ty", 3, 4, 80);
  EXPECT_EQ(tab.text, "    x   y");
  EXPECT_EQ(tab.column, 8u);
}

TEST(Excerpt, MarksOutsideOfTheLineAreClamped) {
  const Excerpt e = makeExcerpt("ab", 50, 99, 80);
  EXPECT_EQ(e.column, 2u);
  EXPECT_EQ(e.columns, 1u);
  EXPECT_EQ(makeExcerpt("", 0, 0, 80).columns, 1u);
  EXPECT_EQ(makeExcerpt("abc", 1, 99, 80).columns, 2u) << "a span over several lines ends at its first";
}

TEST(Excerpt, LongLinesAreCutAroundTheMark) {
  std::string line(5'000'000, 'x');
  line.replace(3'000'000, 4, "MARK");
  const Excerpt e = makeExcerpt(line, 3'000'000, 3'000'004, 60);
  EXPECT_EQ(displayWidth(e.text), 60u);
  EXPECT_TRUE(e.text.starts_with("…"));
  EXPECT_TRUE(e.text.ends_with("…"));
  EXPECT_EQ(e.text.substr(e.column + std::string("…").size() - 1, 4), "MARK");
  EXPECT_EQ(e.columns, 4u);
}

TEST(Excerpt, MarkNearTheEnds) {
  const std::string line(200, 'x');
  EXPECT_EQ(makeExcerpt(line, 0, 1, 60).column, 0u);
  EXPECT_TRUE(makeExcerpt(line, 0, 1, 60).text.starts_with("x"));
  const Excerpt end = makeExcerpt(line, 199, 200, 60);
  EXPECT_TRUE(end.text.ends_with("x"));
  EXPECT_LT(end.column, 60u);
  EXPECT_LE(makeExcerpt(line, 0, 200, 60).columns, 60u);
}

TEST(Excerpt, ControlCharactersNeverReachTheTerminal) {
  const Excerpt e = makeExcerpt("a\x1b]0;title\x07 b\xFF", 0, 1, 80);
  EXPECT_EQ(e.text.find('\x1b'), std::string::npos);
  EXPECT_EQ(e.text.find('\x07'), std::string::npos);
  EXPECT_EQ(invalidUtf8At(e.text), std::nullopt);
}

}  // namespace
}  // namespace fleetd::base
