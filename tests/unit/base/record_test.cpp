// Records: what goes in comes out, and what is not whole is refused.
#include "kernel/base/record.hpp"

#include <gtest/gtest.h>

namespace fleetd::base {
namespace {

TEST(Record, WhatGoesInComesOut) {
  RecordWriter out;
  out.plain(std::int16_t{-3});
  out.text("");
  out.text(std::string("a\0b", 3));
  out.texts({"x", "yy"});
  out.count(0);
  const std::string bytes = out.take();
  RecordReader in(bytes);
  std::int16_t number = 0;
  std::string empty = "?", text;
  std::vector<std::string> texts, none{"?"};
  ASSERT_TRUE(in.plain(number) && in.text(empty) && in.text(text) && in.texts(texts) && in.texts(none));
  EXPECT_EQ(number, -3);
  EXPECT_EQ(empty, "");
  EXPECT_EQ(text, std::string("a\0b", 3));
  EXPECT_EQ(texts, (std::vector<std::string>{"x", "yy"}));
  EXPECT_TRUE(none.empty());
  EXPECT_TRUE(in.rest().empty());
}

TEST(Record, ACountBeyondTheEndIsRefusedBeforeThereIsRoomForIt) {
  RecordWriter out;
  out.count(std::size_t{1} << 60);
  const std::string bytes = out.take();
  std::vector<std::string> texts;
  RecordReader in(bytes);
  EXPECT_FALSE(in.texts(texts));
  EXPECT_TRUE(texts.empty());
  std::string text;
  RecordReader again(bytes);
  EXPECT_FALSE(again.text(text));
}

}  // namespace
}  // namespace fleetd::base
