// What plugins did is counted, bounded, and the same after it was kept.
#include "kernel/plugin/touched.hpp"

#include <gtest/gtest.h>

#include <fleet/cxx/contribution.hpp>
#include <fleet/cxx/text.hpp>

namespace fleetd::plugin {
namespace {

std::string json(const Touched& touched) {
  std::string out;
  base::JsonWriter writer(out);
  writer.beginObject();
  writeTouched(writer, touched);
  writer.endObject();
  return out;
}

TEST(Touched, CountsWhatAFragmentSetsAndReads) {
  sdk::Contribution out;
  out.set("a.plain", 1);
  out.set("a.\"with.dot\"", sdk::List{sdk::ref("b.c"), sdk::pkg("hello")});
  out.set("a.text", sdk::text("x", sdk::ref("b.c"), sdk::secretPath("gen", "file")));
  out.set("a.expr", sdk::Attrs{{"in", sdk::expr("config.x")}});
  out.set("a.if", sdk::mkIf(sdk::isTrue("d") && !sdk::equals("e.f", 1), sdk::secretValue("gen", "file")));
  out.when("g.enable").set("a.plain", 2);
  Fragment fragment;
  fragment.definitions = out.finish()->definitions;
  Touched touched;
  touched.take(fragment);
  using Names = std::map<std::string, std::uint64_t, std::less<>>;
  EXPECT_EQ(touched.writes.names(),
            (Names{{"a.plain", 2}, {"a.\"with.dot\"", 1}, {"a.text", 1}, {"a.expr", 1}, {"a.if", 1}}));
  EXPECT_EQ(touched.reads.names(), (Names{{"b.c", 2}, {"d", 1}, {"e.f", 1}, {"g.enable", 1}}));
  EXPECT_EQ(touched.secrets.names(), (Names{{"gen/file", 2}}));
  EXPECT_EQ(touched.packages.names(), (Names{{"pkgs.hello", 1}}));
  EXPECT_EQ(touched.expressions, 1u);
}

TEST(Touched, IsTheSameAfterItWasKept) {
  Touched touched;
  touched.command = "check";
  touched.at = 1'700'000'000;
  touched.version = "1.0.0";
  touched.file = "/a/b.so";
  touched.expressions = 3;
  touched.writes.add("a.\"b\"");
  touched.writes.add("a.\"b\"", 4);
  touched.published.add("fleet.progress/1", 9);
  touched.refuse({Code::FL0312, "no", "", {}});
  for (std::size_t i = 0; i < Tally::kMost + 10; ++i) touched.files.add("f" + std::to_string(i), 2);
  EXPECT_EQ(touched.files.names().size(), Tally::kMost);
  EXPECT_EQ(touched.files.more(), 20u);
  const auto again = readTouched(json(touched));
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(*again, touched);
}

TEST(Touched, NamesAreBoundedAndHarmless) {
  Tally tally;
  tally.add(std::string(5000, 'a'));
  tally.add("\x1b[31mred");
  ASSERT_EQ(tally.names().size(), 2u);
  for (const auto& [name, times] : tally.names()) {
    EXPECT_LE(name.size(), Tally::kMaxName);
    EXPECT_EQ(name.find('\x1b'), std::string::npos);
  }
}

TEST(Touched, WhatIsNoRecordIsAnError) {
  for (const char* text : {"", "[]", "{", "1", R"({"writes":[[[[[]]]]]})"}) EXPECT_FALSE(readTouched(text)) << text;
  for (const char* text : {"{}", R"({"writes":1,"at":"x"})", R"({"writes":{"a":"x","b":-1}})"})
    EXPECT_TRUE(readTouched(text)) << text;
}

}  // namespace
}  // namespace fleetd::plugin
