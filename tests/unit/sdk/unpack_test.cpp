#include <fleet/cxx/unpack.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace fleet {
namespace {

template <std::size_t Size>
std::string bytes(const char (&text)[Size]) {
  return {text, Size - 1};
}

TEST(Packer, WritesTheShortestForms) {
  const auto integer = [](std::int64_t value) {
    Packer out;
    out.integer(value);
    return out.take();
  };
  EXPECT_EQ(integer(0), bytes("\x00"));
  EXPECT_EQ(integer(127), bytes("\x7f"));
  EXPECT_EQ(integer(128), bytes("\xcc\x80"));
  EXPECT_EQ(integer(255), bytes("\xcc\xff"));
  EXPECT_EQ(integer(256), bytes("\xcd\x01\x00"));
  EXPECT_EQ(integer(65536), bytes("\xce\x00\x01\x00\x00"));
  EXPECT_EQ(integer(std::int64_t{1} << 32), bytes("\xcf\x00\x00\x00\x01\x00\x00\x00\x00"));
  EXPECT_EQ(integer(-1), bytes("\xff"));
  EXPECT_EQ(integer(-32), bytes("\xe0"));
  EXPECT_EQ(integer(-33), bytes("\xd0\xdf"));
  EXPECT_EQ(integer(-129), bytes("\xd1\xff\x7f"));
  EXPECT_EQ(integer(-32769), bytes("\xd2\xff\xff\x7f\xff"));
  EXPECT_EQ(integer(INT64_MIN), bytes("\xd3\x80\x00\x00\x00\x00\x00\x00\x00"));
}

TEST(Reader, ReadsBackEveryInteger) {
  std::vector<std::int64_t> values{INT64_MIN, INT64_MAX};
  for (int bit = 0; bit < 63; ++bit)
    for (const std::int64_t near : {-1, 0, 1}) {
      values.push_back((std::int64_t{1} << bit) + near);
      values.push_back(-(std::int64_t{1} << bit) + near);
    }
  for (const auto value : values) {
    Packer out;
    out.integer(value);
    Reader in(out.view());
    EXPECT_EQ(*in.integer(), value);
    EXPECT_TRUE(in.done());
  }
}

TEST(Reader, ReadsLongFormsOfIntegers) {
  for (const auto& form : {bytes("\x05"), bytes("\xcc\x05"), bytes("\xcd\x00\x05"), bytes("\xce\x00\x00\x00\x05"),
                           bytes("\xcf\x00\x00\x00\x00\x00\x00\x00\x05"), bytes("\xd0\x05"), bytes("\xd1\x00\x05"),
                           bytes("\xd2\x00\x00\x00\x05"), bytes("\xd3\x00\x00\x00\x00\x00\x00\x00\x05")})
    EXPECT_EQ(*Reader(form).integer(), 5);
}

TEST(Reader, RefusesIntegersBeyondTheSignedRange) {
  const auto huge = bytes("\xcf\x80\x00\x00\x00\x00\x00\x00\x00");
  EXPECT_EQ(Reader(huge).integer().error().status, FLEET_E_LIMIT);
  EXPECT_EQ(*Reader(huge).natural(), std::uint64_t{1} << 63);
  EXPECT_FALSE(Reader(bytes("\xff")).natural().ok());
}

TEST(Reader, NumbersAreFinite) {
  for (const double value : {0.0, -0.0, 1.5, -2.25e300, std::numeric_limits<double>::denorm_min()}) {
    Packer out;
    out.number(value);
    EXPECT_EQ(*Reader(out.view()).number(), value);
  }
  EXPECT_EQ(*Reader(bytes("\xca\x3f\xc0\x00\x00")).number(), 1.5);
  for (const double value : {std::nan(""), HUGE_VAL, -HUGE_VAL}) {
    Packer out;
    out.number(value);
    EXPECT_EQ(Reader(out.view()).number().error().status, FLEET_E_SCHEMA);
  }
}

TEST(Reader, TextsAreUtf8) {
  for (const std::size_t size : {0u, 1u, 31u, 32u, 255u, 256u, 65535u, 65536u}) {
    const std::string text(size, 'x');
    Packer out;
    out.str(text);
    Reader in(out.view());
    EXPECT_EQ(*in.str(), text);
    Packer binary;
    binary.bin(text);
    EXPECT_EQ(*Reader(binary.view()).bin(), text);
  }
  for (const std::string text :
       {"\xff", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82", "abcdefghij\x80"}) {
    Packer out;
    out.str(text);
    EXPECT_FALSE(Reader(out.view()).str().ok());
  }
  for (const std::string text : {"ä", "€", "😀", "abcdefghijklmnopqrstuvwxyzä", "\xf4\x8f\xbf\xbf"})
    EXPECT_TRUE(isUtf8(text)) << text;
}

TEST(Reader, BelievesNoClaim) {
  EXPECT_EQ(Reader(bytes("\xdd\x04\x00\x00\x00")).array().error().status, FLEET_E_LIMIT);
  EXPECT_EQ(Reader(bytes("\x92\xc0")).array().error().status, FLEET_E_LIMIT);
  EXPECT_EQ(Reader(bytes("\x81\xc0")).map().error().status, FLEET_E_LIMIT);
  EXPECT_EQ(Reader(bytes("\xdf\xff\xff\xff\xff")).map().error().status, FLEET_E_LIMIT);
  EXPECT_EQ(Reader(bytes("\xdb\xff\xff\xff\xff")).str().error().status, FLEET_E_LIMIT);
  EXPECT_EQ(Reader(bytes("\xc9\xff\xff\xff\xff\x01")).ext().error().status, FLEET_E_LIMIT);
  EXPECT_EQ(Reader("").integer().error().status, FLEET_E_LIMIT);
}

TEST(Reader, NamesWhatItExpected) {
  EXPECT_EQ(Reader(bytes("\xc0")).str().error().message, "expected a string");
  EXPECT_EQ(Reader(bytes("\xc0")).map().error().message, "expected a map");
  EXPECT_EQ(Reader(bytes("\xc1")).integer().error().message, "expected an integer");
  EXPECT_EQ(Reader(bytes("\x01")).nil().error().message, "expected nil");
}

TEST(Reader, SkipsAnythingInConstantStack) {
  const std::string deep = std::string(4'000'000, '\x91') + '\xc0';
  Reader in(deep);
  EXPECT_TRUE(in.skip().ok());
  EXPECT_TRUE(in.done());
  Reader cut(std::string_view(deep).substr(0, deep.size() - 1));
  EXPECT_FALSE(cut.skip().ok());
}

TEST(Reader, SlicesOneValue) {
  const auto document = bytes(
      "\x92\x82\xa1"
      "a\x01\xa1"
      "b\x93\x01\x02\x03\xa1x");
  Reader in(document);
  EXPECT_EQ(*in.array(), 2u);
  EXPECT_EQ(*in.slice(), document.substr(1, 10));
  EXPECT_EQ(*in.str(), "x");
  EXPECT_TRUE(in.done());
}

TEST(Reader, ExtensionsOfEverySize) {
  for (const std::size_t size : {0u, 1u, 2u, 3u, 4u, 8u, 15u, 16u, 17u, 255u, 256u, 65536u}) {
    const std::string body(size, 'e');
    Packer out;
    out.ext(ExtType::expression, body);
    Reader in(out.view());
    const auto ext = in.ext();
    ASSERT_TRUE(ext.ok());
    EXPECT_EQ(ext->type, ExtType::expression);
    EXPECT_EQ(ext->body, body);
    EXPECT_TRUE(in.done());
  }
}

}  // namespace
}  // namespace fleet
