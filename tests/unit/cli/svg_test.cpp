// Pictures: same calls, same bytes; text of the fleet stays text.
#include "kernel/cli/svg.hpp"

#include <gtest/gtest.h>

namespace fleetd::cli {
namespace {

TEST(Svg, CoversWhatWasDrawn) {
  Svg svg("t");
  svg.box(10, 20, 100, 30, Paint::First);
  svg.line(0, 0, 150, 10, Paint::Muted);
  svg.curve(0, 0, 20, 90, Paint::Second);
  svg.dot(5, 5, 2, Paint::Third);
  const std::string text = svg.document();
  EXPECT_NE(text.find(R"(width="166" height="106" viewBox="0 0 166 106")"), std::string::npos) << text;
  EXPECT_EQ(text, svg.document());
}

TEST(Svg, TextIsNoMarkup) {
  Svg svg("<a>");
  svg.text(0, 10, "a<b>&\"\x1b\x80", {});
  svg.dot(0, 0, 1, Paint::Plain, "</title><script>");
  const std::string text = svg.document();
  EXPECT_NE(text.find("a&lt;b&gt;&amp;&quot;\uFFFD\uFFFD<"), std::string::npos) << text;
  EXPECT_EQ(text.find("<script"), std::string::npos);
  EXPECT_NE(text.find("<title>&lt;a&gt;</title>"), std::string::npos);
}

TEST(Svg, LongTextIsCutBetweenLetters) {
  Svg svg("t");
  svg.text(0, 10, "äöüäöüäöüäöü", {}, 40);
  const std::string text = svg.document();
  EXPECT_NE(text.find("<title>äöüäöüäöüäöü</title>äöüä…</text>"), std::string::npos) << text;
  Svg whole("t");
  whole.text(0, 10, "äöü", {}, 40);
  EXPECT_NE(whole.document().find(">äöü</text>"), std::string::npos);
}

TEST(Svg, NumbersAreShort) {
  Svg svg("t");
  svg.dot(1.25, -0.04, 2.96, Paint::Plain);
  EXPECT_NE(svg.document().find(R"(cx="1.3" cy="0" r="3")"), std::string::npos) << svg.document();
}

TEST(Svg, SlantedTextTurnsAroundItsStart) {
  Svg svg("t");
  svg.slantedText(7, 50, "role", {});
  EXPECT_NE(svg.document().find(R"x(transform="rotate(-55 7 50)")x"), std::string::npos);
}

}  // namespace
}  // namespace fleetd::cli
