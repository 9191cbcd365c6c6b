// Text helpers.
#include "kernel/base/text.hpp"

#include <gtest/gtest.h>

namespace fleetd::base {
namespace {

TEST(Text, FindsTheFirstByteThatIsNotUtf8) {
  EXPECT_EQ(invalidUtf8At(""), std::nullopt);
  EXPECT_EQ(invalidUtf8At("plain ä € 𝄞"), std::nullopt);
  EXPECT_EQ(invalidUtf8At("ab\x80"), 2u);
  EXPECT_EQ(invalidUtf8At("\xC3"), 0u) << "cut sequence";
  EXPECT_EQ(invalidUtf8At("x\xC0\x80"), 1u) << "overlong";
  EXPECT_EQ(invalidUtf8At("\xE0\x80\x80"), 0u) << "overlong";
  EXPECT_EQ(invalidUtf8At("\xED\xA0\x80"), 0u) << "surrogate";
  EXPECT_EQ(invalidUtf8At("\xF4\x90\x80\x80"), 0u) << "above U+10FFFF";
  EXPECT_EQ(invalidUtf8At("\xF5\x80\x80\x80"), 0u);
  EXPECT_EQ(invalidUtf8At("é\xC3(x"), 2u);
}

TEST(Text, RunesRoundTrip) {
  for (const char32_t code : {0x24u, 0xA2u, 0x7FFu, 0x800u, 0x20ACu, 0xFFFDu, 0x10000u, 0x10FFFFu}) {
    std::string out;
    appendRune(out, code);
    const Rune rune = decodeRune(out);
    EXPECT_TRUE(rune.valid);
    EXPECT_EQ(rune.code, code);
    EXPECT_EQ(rune.size, out.size());
  }
  std::string out;
  appendRune(out, 0xD800);
  appendRune(out, 0x110000);
  EXPECT_EQ(out, "\xEF\xBF\xBD\xEF\xBF\xBD");
}

TEST(Text, DisplayWidth) {
  EXPECT_EQ(displayWidth("abc"), 3u);
  EXPECT_EQ(displayWidth("äöü"), 3u);
  EXPECT_EQ(displayWidth("日本"), 4u);
  EXPECT_EQ(displayWidth("e\xCC\x81"), 1u) << "e with a combining accent";
  EXPECT_EQ(displayWidth("🚀"), 2u);
  EXPECT_EQ(displayWidth("\xFF\xFE"), 2u);
}

TEST(Text, SanitizeDisarmsTheTerminal) {
  EXPECT_EQ(sanitize("a\x1b[31mb\x07\n\tc"), "a\xEF\xBF\xBD[31mb\xEF\xBF\xBD\n\tc");
  EXPECT_EQ(sanitize("\xFFx"), "\xEF\xBF\xBDx");
  EXPECT_EQ(sanitize("\xC2\x9B"), "\xEF\xBF\xBD") << "the one-byte CSI of eight-bit terminals";
  // NOLINTNEXTLINE(misc-misleading-bidirectional): that is what must be found
  EXPECT_EQ(sanitize("a\xE2\x80\xAE"), "a\xEF\xBF\xBD") << "right-to-left override";
  EXPECT_EQ(sanitize("äöü – 日本"), "äöü – 日本");
}

TEST(Text, SplitAndJoin) {
  using Parts = std::vector<std::string_view>;
  EXPECT_EQ(split("", ','), Parts{""});
  EXPECT_EQ(split("a,,b,", ','), (Parts{"a", "", "b", ""}));
  EXPECT_EQ(splitLines("a\r\nb\n\nc\n"), (Parts{"a", "b", "", "c"}));
  EXPECT_EQ(splitLines(""), Parts{});
  EXPECT_EQ(join(Parts{"a", "", "b"}, "::"), "a::::b");
  EXPECT_EQ(join(std::vector<std::string>{}, ","), "");
  EXPECT_EQ(join(std::vector<std::string>{"x"}, ","), "x");
}

TEST(Text, TrimAndCase) {
  EXPECT_EQ(trim(" \t\r\na b\n "), "a b");
  EXPECT_EQ(trim(" \n"), "");
  EXPECT_EQ(toLower("AbZ-É"), "abz-É");
}

TEST(Text, ParseInt) {
  EXPECT_EQ(parseInt("-12"), -12);
  EXPECT_EQ(parseInt("9223372036854775807"), 9223372036854775807LL);
  for (const char* bad : {"", "-", "+1", " 1", "1 ", "0x1", "1.0", "9223372036854775808"})
    EXPECT_EQ(parseInt(bad), std::nullopt) << bad;
}

TEST(Text, ShellQuote) {
  EXPECT_EQ(shellQuote("plain-1.0/x:y"), "plain-1.0/x:y");
  EXPECT_EQ(shellQuote(""), "''");
  EXPECT_EQ(shellQuote("a b"), "'a b'");
  EXPECT_EQ(shellQuote("it's $x"), "'it'\\''s $x'");
  EXPECT_EQ(shellQuote("~"), "'~'");
  EXPECT_EQ(shellJoin({"nix", "build", "a b"}), "nix build 'a b'");
}

}  // namespace
}  // namespace fleetd::base
