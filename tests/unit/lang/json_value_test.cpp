// JSON in both directions. The parser inside Nix is nlohmann's, so what it accepts, gives and complains about is the
// measure.
#include "kernel/lang/json_value.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>

#include "kernel/base/text.hpp"
#include "tests/unit/lang/prims_helpers.hpp"

namespace fleetd::lang::test {
namespace {

std::string read(PrimWorld& world, const std::string& text) { return world.json(fromJson(world.ev, text)); }

// What Nix makes of it: nlohmann's value printed by nlohmann, or its complaint.
std::string reference(const std::string& text) {
  try {
    const auto value = nlohmann::json::parse(text);
    return value.dump();
  } catch (const nlohmann::json::exception& problem) {
    return std::string("error: ") + problem.what();
  }
}

// Without what was read last, and without the name of a control character: details nobody needs.
std::string shortened(std::string text) {
  for (const char* detail : {"; last read", "control character"})
    if (const auto at = text.find(detail); at != std::string::npos) text.resize(at);
  return text;
}

void expectSame(const std::string& text) {
  PrimWorld world;
  const std::string wanted = reference(text), got = read(world, text);
  if (got.find("outside of Nix integer range") != std::string::npos || got.find("null byte") != std::string::npos)
    return;
  EXPECT_EQ(shortened(wanted), shortened(got)) << text;
}

TEST(JsonValue, ReadsWhatNixReads) {
  for (const char* text : {"0",
                           "-0",
                           "-0.0",
                           "1e3",
                           "1E-2",
                           "123456789012",
                           "-9223372036854775808",
                           "-9223372036854775809",
                           "1.5e300",
                           "true",
                           " [ ] ",
                           "{}",
                           "[1,[2,[3]]]",
                           R"({"b":1,"a":{"c":null}})",
                           R"("\u00e9\ud834\udd1e\/\b\f\n\r\t\"\\")",
                           "\"\xc3\xa4\"",
                           "[1e-320,4.9e-324]",
                           "\xef\xbb\xbf[1]",
                           R"({"k":1,"k":2})",
                           "99999999999999999999",
                           "0.1",
                           "[1.0,100,1e2]"})
    expectSame(text);
}

TEST(JsonValue, ComplainsAsNixDoes) {
  for (const char* text : {"",
                           " ",
                           "[",
                           "[1",
                           "[1,",
                           "[1,]",
                           "]",
                           "{",
                           "{\"a\"",
                           "{\"a\":",
                           "{\"a\":1",
                           "{\"a\":1,",
                           "{\"a\":1,}",
                           "{a:1}",
                           "{1:2}",
                           "[1 2]",
                           "1 2",
                           "tru",
                           "trux",
                           "nul",
                           "falsy",
                           "-",
                           "-a",
                           "1.",
                           "1.x",
                           "1e",
                           "1e+",
                           "1ex",
                           "01",
                           "\"",
                           "\"a",
                           "\"\\",
                           "\"\\x\"",
                           "\"\\u12\"",
                           "\"\\ud800\"",
                           "\"\\ud800\\u0041\"",
                           "\"\\udc00\"",
                           "\"\xff\"",
                           "\"\xc3(\"",
                           "\"\xe0\x80\x80\"",
                           "\"\xed\xa0\x80\"",
                           "\"\xf4\x90\x80\x80\"",
                           "\"\xe2\x82\"",
                           "\n\n  x",
                           "[\n1,\n\n x]",
                           "{\n\"a\" 1}",
                           "'a'",
                           "NaN",
                           "+1",
                           ".5",
                           "/*x*/1",
                           "1e999",
                           "-1e999",
                           "\"a\nb\"",
                           "\"a\x01\""})
    expectSame(text);
}

TEST(JsonValue, RandomTextsReadAsNixReadsThem) {
  std::mt19937 random(20240611);
  const std::vector<std::string> pieces = {"{",     "}",           "[",    "]",   ",",    ":",    "\"a\"",
                                           "\"b\"", "1",           "-2.5", "1e2", "true", "null", " ",
                                           "\n",    "\"\\u00e9\"", "\"",   "\\",  "x",    "0",    "\xc3"};
  for (int i = 0; i < 20000; ++i) {
    std::string text;
    for (auto k = random() % 9; k > 0; --k) text += pieces[random() % pieces.size()];
    expectSame(text);
  }
}

TEST(JsonValue, NumbersNixCannotHold) {
  PrimWorld world;
  EXPECT_EQ("error: unsigned json number 9223372036854775808 outside of Nix integer range",
            read(world, "9223372036854775808"));
  EXPECT_EQ("9223372036854775807", read(world, "9223372036854775807"));
  EXPECT_EQ("error: a JSON string with a null byte cannot be represented as a Nix string",
            read(world, "[\"a\\u0000\"]"));
}

TEST(JsonValue, NestingIsNoMatterOfTheStack) {
  PrimWorld world;
  const std::string deep = std::string(200'000, '[') + std::string(200'000, ']');
  EXPECT_TRUE(fromJson(world.ev, deep).is(Tag::List));
  EXPECT_TRUE(fromJson(world.ev, std::string(200'000, '[')).isError());
  // Printing it back recurses, and stops in time.
  EXPECT_TRUE(toJson(world.ev, fromJson(world.ev, deep)).isError());
}

TEST(JsonValue, PrintsLikeNix) {
  PrimWorld world;
  EXPECT_EQ(
      R"({"a":[1,2.5,1e+15,999999999999999.0,0.0001,1e-05,0.0,null],"b":{"":true}})",
      toJson(
          world.ev,
          world.eval(
              R"({ b.${""} = true; a = [ 1 2.5 1.0e15 999999999999999.0 0.0001 0.00001 (-0.0 * 1) (1.0e308 * 10) ]; })"))
          .string());
  EXPECT_EQ(R"("\u0001\b\t\n\f\r\"\\/ü)"
            "\x7f\"",
            toJson(world.ev, fromJson(world.ev, R"("\u0001\b\t\n\f\r\"\\/ü\u007f")")).string());
  EXPECT_EQ(R"(["o","t"])",
            toJson(world.ev, world.eval(R"([ { outPath = "o"; } { outPath = "p"; __toString = _: "t"; } ])")).string());
}

TEST(JsonValue, WhatCannotBePrinted) {
  PrimWorld world;
  EXPECT_EQ("cannot convert a function to JSON", world.error("builtins.toJSON { a = [ (x: x) ]; }"));
  EXPECT_EQ("cannot convert a built-in function to JSON", world.error("builtins.toJSON builtins.add"));
  EXPECT_EQ("JSON serialization error: [json.exception.type_error.316] invalid UTF-8 byte at index 1: 0xC3",
            world.error("builtins.toJSON (builtins.substring 0 2 \"aä\")"));
  EXPECT_EQ("x", world.error("builtins.toJSON { a = throw \"x\"; }"));
  EXPECT_NE(std::string::npos, world.error("let x = { a = x; }; in builtins.toJSON x").find("stack overflow"));
}

TEST(JsonValue, ErrorsSayWhere) {
  PrimWorld world;
  const Value error = world.eval("builtins.toJSON { a = [ 1 (throw \"x\") ]; }");
  ASSERT_TRUE(error.isError());
  std::string frames;
  for (const Frame* frame = error.error->frames; frame; frame = frame->outer) frames += std::string(frame->text) + "|";
  EXPECT_EQ(
      "while calling the 'throw' builtin|while evaluating list element at index 1|while evaluating attribute 'a'|",
      frames);
}

}  // namespace
}  // namespace fleetd::lang::test
