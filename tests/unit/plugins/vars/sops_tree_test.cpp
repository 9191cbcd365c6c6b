// Files of sops with many values: what is read from them, and what plain values are to sops. The real sops is in the
// end-to-end tests.
#include "plugins/vars/sops/tree_file.hpp"

#include <limits>

#include <openssl/sha.h>

#include <gtest/gtest.h>

#include "plugins/vars/age/age.hpp"
#include "plugins/vars/sops/sealed_value.hpp"

namespace fleetd::vars::sops {
namespace {

using Kind = Node::Kind;

TEST(SopsTree, NumbersAsGoWritesThem) {
  for (const auto& [value, text] :
       {std::pair{0.0, "0"}, std::pair{1.5, "1.5"}, std::pair{-2.25, "-2.25"}, std::pair{1234.0, "1234"},
        std::pair{1e21, "1000000000000000000000"}, std::pair{1e23, "100000000000000000000000"},
        std::pair{1.5e-7, "0.00000015"}, std::pair{0.1, "0.1"}, std::pair{123456.789, "123456.789"},
        std::pair{std::numeric_limits<double>::infinity(), "+Inf"}})
    EXPECT_EQ(goFloat(value), text);
}

TEST(SopsTree, PlainValuesOfYaml) {
  struct Case {
    const char* written;
    Kind kind;
    const char* text;
  };
  for (const Case& one : {Case{"word", Kind::Text, "word"},
                          {"'12'", Kind::Text, "12"},
                          {"\"true\"", Kind::Text, "true"},
                          {"!!str 12", Kind::Text, "12"},
                          {"yes", Kind::Text, "yes"},
                          {"true", Kind::Bool, "True"},
                          {"FALSE", Kind::Bool, "False"},
                          {"~", Kind::Null, ""},
                          {"null", Kind::Null, ""},
                          {"12", Kind::Int, "12"},
                          {"-0x1F", Kind::Int, "-31"},
                          {"0b101", Kind::Int, "5"},
                          {"0o17", Kind::Int, "15"},
                          {"017", Kind::Int, "15"},
                          {"1_000", Kind::Int, "1000"},
                          {"+7", Kind::Int, "7"},
                          {"-0", Kind::Int, "0"},
                          {"9223372036854775807", Kind::Int, "9223372036854775807"},
                          {"-9223372036854775808", Kind::Int, "-9223372036854775808"},
                          {"1.50", Kind::Float, "1.5"},
                          {".5", Kind::Float, "0.5"},
                          {"1e3", Kind::Float, "1000"},
                          {".inf", Kind::Float, "+Inf"},
                          {"1.2.3", Kind::Text, "1.2.3"},
                          {"12px", Kind::Text, "12px"},
                          {"0x", Kind::Text, "0x"},
                          {"+.", Kind::Text, "+."},
                          {"2026-11-28", Kind::Time, "2026-11-28T00:00:00Z"},
                          {"2026-11-28T08:00:00Z", Kind::Time, "2026-11-28T08:00:00Z"},
                          {"2026-11-28 08:00:00", Kind::Time, ""},
                          {"2026-abc", Kind::Text, "2026-abc"}}) {
    const auto file = readYaml(std::string("a: ") + one.written + "\n");
    ASSERT_TRUE(file.ok()) << one.written << file.error().message;
    const Node* value = file->find("a");
    ASSERT_NE(value, nullptr);
    EXPECT_EQ(value->kind, one.kind) << one.written;
    EXPECT_EQ(value->text, one.text) << one.written;
  }
}

// What a general reader makes of it is in the fuzz harness.
TEST(SopsTree, ValuesOfJson) {
  struct Case {
    const char* written;
    Kind kind;
    std::string text;
  };
  for (const Case& one : {Case{R"("")", Kind::Text, ""},
                          {R"("a\"\\\/\b\f\n\r\tz")", Kind::Text, "a\"\\/\b\f\n\r\tz"},
                          {R"("\u0041\u00e9\u20AC\ud83d\ude00")", Kind::Text, "A\u00e9\u20ac\U0001f600"},
                          {R"("\u0000")", Kind::Text, std::string(1, '\0')},
                          {"\"\u00e9\u20ac\U0001f600\x7f\"", Kind::Text, "\u00e9\u20ac\U0001f600\x7f"},
                          {"true", Kind::Bool, "True"},
                          {"false", Kind::Bool, "False"},
                          {"null", Kind::Null, ""},
                          {"0", Kind::Int, "0"},
                          {"-0", Kind::Int, "0"},
                          {"18446744073709551615", Kind::Int, "18446744073709551615"},
                          {"-9223372036854775808", Kind::Int, "-9223372036854775808"},
                          {"18446744073709551616", Kind::Float, "18446744073709552000"},
                          {"-9223372036854775809", Kind::Float, "-9223372036854776000"},
                          {"1.50", Kind::Float, "1.5"},
                          {"-2.5E+2", Kind::Float, "-250"},
                          {"0e0", Kind::Float, "0"},
                          {"25e-1", Kind::Float, "2.5"},
                          {"5e-324", Kind::Float, goFloat(5e-324)}}) {
    const auto file = readJson(std::string("\xef\xbb\xbf \t\r\n{ \"a\" :\n") + one.written + " , \"b\": [ ] }\n");
    ASSERT_TRUE(file.ok()) << one.written << file.error().message;
    const Node* value = file->find("a");
    ASSERT_NE(value, nullptr);
    EXPECT_EQ(value->kind, one.kind) << one.written;
    EXPECT_EQ(value->text, one.text) << one.written;
    ASSERT_EQ(file->members.size(), 2U);
  }
}

TEST(SopsTree, WhatIsNoJson) {
  using namespace std::string_literals;
  const auto refused = [](const std::string& text) {
    const auto file = readJson(text);
    EXPECT_FALSE(file.ok()) << text;
    return file ? std::string() : file.error().message;
  };
  for (const char* value : {"",
                            "tru",
                            "True",
                            "nul",
                            "falsey",
                            "+1",
                            "-",
                            "01",
                            "-01",
                            ".5",
                            "1.",
                            "1.e3",
                            "1e",
                            "1e+",
                            "0x10",
                            "1e999",
                            "-1e999",
                            "1e-999",
                            "NaN",
                            "Infinity",
                            "'a'",
                            "\"a",
                            "\"\\",
                            "\"\\x41\"",
                            "\"\\u12\"",
                            "\"\\u+123\"",
                            "\"\\u12g4\"",
                            "\"\\ud800\"",
                            "\"\\ud800x\"",
                            "\"\\ud800\\n\"",
                            "\"\\ud800\\u0041\"",
                            "\"\\udc00\"",
                            "\"\n\"",
                            "\"\x1f\"",
                            "\"\x80\"",
                            "\"\xc0\x80\"",
                            "\"\xed\xa0\x80\"",
                            "\"\xe2\x82\"",
                            "\"\xf5\x80\x80\x80\"",
                            "[1,]",
                            "[,1]",
                            "[1 2]",
                            "[",
                            "[1",
                            "{\"b\":1,}",
                            "{\"b\"}",
                            "{\"b\" 1}",
                            "{b:1}",
                            "{,}",
                            "{1:2}",
                            "{",
                            "1 2",
                            "// c\n1",
                            "1}"})
    refused("{\"a\":"s + value + "}");
  for (const std::string& text :
       {""s, " "s, "1"s, "[]"s, "\"a\""s, "{}{}"s, "{} x"s, "{}\0"s, "\0{}"s, "\xef\xbb{}"s, "{\"a\":1"s})
    refused(text);
  EXPECT_NE(refused("{\"a\":1,\"a\":2}").find("twice"), std::string::npos);
  EXPECT_NE(refused("{\"a\":" + std::string(100'000, '[')).find("64 levels"), std::string::npos);
  EXPECT_NE(refused("{\"a\": 1x}").find("at byte 8"), std::string::npos) << refused("{\"a\": 1x}");
}

TEST(SopsTree, MetadataOfDotenv) {
  const auto file = readDotenv(
      "A=b\\nc\r\n# theirs\nsops_age__list_1__map_enc=two\nsops_age__list_0__map_enc=one\nsops_mac=m\nB==\n");
  ASSERT_TRUE(file.ok()) << file.error().message;
  ASSERT_EQ(file->members.size(), 3U);
  EXPECT_EQ(file->members[0].value.text, "b\nc");
  EXPECT_EQ(*file->textOf("B"), "=");
  const Node* age = file->find("sops")->find("age");
  ASSERT_NE(age, nullptr);
  ASSERT_EQ(age->items.size(), 2U);
  EXPECT_EQ(*age->items[1].textOf("enc"), "two");
  for (const char* bad : {"sops_age__list_x=1\n", "sops_age__list_=1\n", "sops_age__list_99999=1\n",
                          "sops_a=1\nsops_a=2\n", "sops_a=1\nsops_a__map_b=2\n",
                          "sops_a__map_b__map_c__map_d__map_e__map_f__map_g__map_h__map_i=1\n", "=x\n", "x\n"})
    EXPECT_EQ(readDotenv(bad).error().code, "SOPS02") << bad;
}

// A file of our own making, so that each part of it can be changed.
struct Opened : ::testing::Test {
  void SetUp() override {
    auto made = age::generateIdentity();
    ASSERT_TRUE(made.ok());
    identity = *std::move(made);
    auto wrapped = age::encrypt(age::View(key), {&identity.recipient, 1});
    ASSERT_TRUE(wrapped.ok());
    enc = age::armor(*wrapped);
  }
  std::string seal(std::string_view plain, std::string_view bound, const std::string& type = "str") const {
    auto out = sealValue(key, age::view(plain), bound, age::systemRandom());
    EXPECT_TRUE(out.ok());
    return out->substr(0, out->size() - 4) + type + "]";
  }
  // The metadata for these plain bytes.
  std::string metadata(std::string_view plain) const {
    std::uint8_t hash[64];
    SHA512(age::view(plain).data(), plain.size(), hash);
    std::string indented;
    for (const char c : enc) (indented += c) += c == '\n' ? "        " : "";
    return "sops:\n  lastmodified: \"2026-11-28T08:00:00Z\"\n  mac: " + seal(upperHex(hash), "2026-11-28T08:00:00Z") +
           "\n  age:\n  - recipient: " + identity.recipient.text + "\n    enc: |\n        " + indented + "\n";
  }
  fleet::Result<std::vector<TopValue>> open(const std::string& text) const {
    return openTree(text, Format::Yaml, {&identity, 1});
  }
  age::Key key{1, 2, 3};
  age::Identity identity;
  std::string enc;
};

TEST_F(Opened, InTheirOrder) {
  const std::string text = "a: " + seal("one", "a:") + "\nb:\n  c: " + seal("2", "b:c:", "int") + "\n  d:\n  - " +
                           seal("three", "b:d:") + "\nn: null\ne: 4\nf: " + seal("5", "f:", "int") + "\n";
  const auto values = open(text + metadata("one2three45"));
  ASSERT_TRUE(values.ok()) << values.error().message;
  ASSERT_EQ(values->size(), 5U);
  EXPECT_TRUE((*values)[0].isText);
  EXPECT_EQ((*values)[0].text.text(), "one");
  EXPECT_EQ((*values)[1].what, "a mapping");
  EXPECT_FALSE((*values)[4].isText);
  EXPECT_EQ((*values)[4].what, "of the type int");
  EXPECT_EQ(open(text + metadata("one24three5")).error().code, "SOPS03");
  EXPECT_EQ(open(text).error().code, "SOPS02");
}

TEST_F(Opened, ValuesAreBoundToTheirNames) {
  EXPECT_EQ(open("a: " + seal("one", "b:") + "\n" + metadata("one")).error().code, "SOPS03");
  EXPECT_EQ(open("a: ENC[AES256_GCM,data:x\n" + metadata("one")).error().code, "SOPS02");
  const auto other = age::generateIdentity();
  ASSERT_TRUE(other.ok());
  EXPECT_EQ(openTree("a: " + seal("one", "a:") + "\n" + metadata("one"), Format::Yaml, {&*other, 1}).error().code,
            "AGE06");
}

TEST_F(Opened, TimesThatCannotBeChecked) {
  EXPECT_TRUE(open("a: 2026-11-28\n" + metadata("2026-11-28T00:00:00Z")).ok());
  const auto values = open("a: 2026-11-28 08:00:00\n" + metadata("x"));
  ASSERT_FALSE(values.ok());
  EXPECT_EQ(values.error().code, "SOPS05");
  EXPECT_NE(values.error().message.find("line 1"), std::string::npos);
}

}  // namespace
}  // namespace fleetd::vars::sops
