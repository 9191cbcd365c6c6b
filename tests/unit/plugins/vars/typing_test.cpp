// Answers as they are typed.
#include "plugins/vars/typing.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>

using fleetd::vars::Typing;

namespace {

struct Typed {
  std::optional<std::string> answer;  // none: it goes on
  std::string error;
  std::size_t taken = 0;
};

Typed type(std::string_view keys, bool hidden, bool multiline) {
  Typed out;
  auto typing = Typing::begin(hidden, multiline);
  EXPECT_TRUE(typing) << typing.error().message;
  for (const char key : keys) {
    ++out.taken;
    if (const auto done = typing->take(static_cast<std::uint8_t>(key)); !done) {
      out.error = done.error().code + ": " + done.error().message;
      return out;
    }
    if (!typing->isDone()) continue;
    out.answer = std::string(typing->answer().text());
    return out;
  }
  return out;
}

std::optional<std::string> hiddenLine(std::string_view keys) { return type(keys, true, false).answer; }
std::optional<std::string> hiddenText(std::string_view keys) { return type(keys, true, true).answer; }

}  // namespace

TEST(Typing, ALineEndsWithReturn) {
  EXPECT_EQ(hiddenLine("word\n"), "word");
  EXPECT_EQ(hiddenLine("word\r"), "word");
  EXPECT_EQ(hiddenLine("word"), std::nullopt);
  EXPECT_EQ(hiddenLine("\n"), "");
  EXPECT_EQ(type("word\nmore\n", true, false).taken, 5u);
}

TEST(Typing, ATextEndsWithControlD) {
  EXPECT_EQ(hiddenText("one\ntwo\n\x04"), "one\ntwo\n");
  EXPECT_EQ(hiddenText("one\x04"), std::nullopt);
  EXPECT_EQ(hiddenText("one\x04\x04"), "one");
  EXPECT_EQ(hiddenText("one\x04s\x04"), std::nullopt);
  EXPECT_EQ(hiddenText("\x04"), "");
  EXPECT_EQ(hiddenLine("word\x04\x04"), "word");
  EXPECT_EQ(type("\x04", true, false).error, "VARS52: the question was not answered");
}

TEST(Typing, ControlCEndsEverything) {
  for (const bool multiline : {false, true}) {
    EXPECT_EQ(type("half\x03", true, multiline).error, "VARS52: the question was not answered");
    EXPECT_EQ(type("half\x1c", true, multiline).error, "VARS52: the question was not answered");
    EXPECT_EQ(type("half\x03", false, multiline).error, "VARS52: the question was not answered");
  }
}

TEST(Typing, WhatIsTakenBack) {
  EXPECT_EQ(hiddenLine("worx\x7f"
                       "d\n"),
            "word");
  EXPECT_EQ(hiddenLine("worx\x08"
                       "d\n"),
            "word");
  EXPECT_EQ(hiddenLine("\x7f\x7f"
                       "a\n"),
            "a");
  EXPECT_EQ(hiddenLine("gr\xc3\xbc\x7f"
                       "u\n"),
            "gru");
  EXPECT_EQ(hiddenLine("\xf0\x9f\x94\x91\x7f"
                       "k\n"),
            "k");
  EXPECT_EQ(hiddenLine("wrong\x15right\n"), "right");
  EXPECT_EQ(hiddenLine("one two  \x17three\n"), "one three");
  // Only in the line that is being typed.
  EXPECT_EQ(hiddenText("one\n\x7f\x15\x17two\n\x04"), "one\ntwo\n");
}

TEST(Typing, KeysThatAreNoLetters) {
  EXPECT_EQ(hiddenLine("a\x1b[Ab\x1b[1;5Cc\x1bOPd\x1b[3~e\n"), "abcde");
  EXPECT_EQ(hiddenLine("a\x1a\x01"
                       "b\tc\n"),
            "ab\tc");
  EXPECT_EQ(type("a\x1b[Ab\n", false, false).answer, "ab");
}

TEST(Typing, LongLines) {
  const std::string most(64 << 10, 'x');
  EXPECT_EQ(hiddenLine(most + "\n"), most);
  EXPECT_EQ(type(most + "x", true, false).error, "VARS52: the answer is longer than 64 KiB");
  // A terminal gives the beginning of a line that was too long for it, and an end.
  const std::string line(4094, 'x');
  EXPECT_EQ(type(line + "\n", false, false).answer, line);
  EXPECT_EQ(type(line + "x\n", false, false).error, "VARS52: a terminal cuts lines off at 4095 bytes");
  const std::string lines = line + "\n" + line + "\n";
  EXPECT_EQ(type(lines + "x", false, true).error, "");
}

TEST(Typing, TheEndOfTheInput) {
  auto text = Typing::begin(false, true);
  ASSERT_TRUE(text && text->take('a') && text->end());
  EXPECT_EQ(text->answer().text(), "a");
  auto line = Typing::begin(false, false);
  ASSERT_TRUE(line);
  EXPECT_FALSE(line->end());
  // Nothing ends a terminal that gives single keys but its disappearance.
  auto hidden = Typing::begin(true, true);
  ASSERT_TRUE(hidden && hidden->take('a'));
  EXPECT_FALSE(hidden->end());
}
