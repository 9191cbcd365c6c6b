// Sources and positions.
#include "kernel/base/source.hpp"
#include "kernel/base/untold.hpp"

#include <gtest/gtest.h>

#include "tests/support/temp_dir.hpp"

namespace fleetd::base {
namespace {

TEST(SourceMap, LocatesEveryByte) {
  SourceMap map;
  const SourceFile* a = *map.add("a", "x\n\nyz");
  const SourceFile* b = *map.add("b", "");
  EXPECT_EQ(map.describe(a->base), "a:1:1");
  EXPECT_EQ(map.describe(a->base + 1), "a:1:2") << "the newline belongs to its line";
  EXPECT_EQ(map.describe(a->base + 2), "a:2:1");
  EXPECT_EQ(map.describe(a->base + 4), "a:3:2");
  EXPECT_EQ(map.describe(a->whole().end), "a:3:3");
  EXPECT_EQ(map.describe(b->base), "b:1:1");
  EXPECT_EQ(map.describe(untold(b->base)), "b:1:1") << "people are told what the language is not";
  EXPECT_NE(a->whole().end, b->base) << "neighbours share no position";
  EXPECT_EQ(map.describe(0), "");
  EXPECT_EQ(map.describe(4'000'000'000u), "");
}

TEST(SourceMap, TextsAndLines) {
  SourceMap map;
  const SourceFile* f = *map.add("f", "one\r\ntwo\n");
  EXPECT_EQ(map.text({f->base, f->base + 3}), "one");
  EXPECT_EQ(map.lineText(*f, 1), "one");
  EXPECT_EQ(map.lineText(*f, 2), "two");
  EXPECT_EQ(map.lineText(*f, 3), "");
  EXPECT_EQ(map.lineText(*f, 4), "");
  EXPECT_EQ(map.lineText(*f, 0), "");
}

TEST(SourceMap, LoadsAFileOnce) {
  test::TempDir dir;
  ASSERT_TRUE(writeFileAtomic(dir.at("m.nix"), "{ }"));
  SourceMap map;
  const SourceFile* first = *map.load(dir.at("m.nix"));
  ASSERT_TRUE(writeFileAtomic(dir.at("m.nix"), "changed"));
  EXPECT_EQ(*map.load(dir.at("m.nix")), first);
  EXPECT_EQ(first->text, "{ }");
  EXPECT_EQ(map.load(dir.at("none")).error().code, Code::FL0002);
  ASSERT_TRUE(writeFileAtomic(dir.at("big"), std::string(SourceMap::kMaxFileBytes + 1, ' ')));
  EXPECT_EQ(map.load(dir.at("big")).error().code, Code::FL0004);
}

}  // namespace
}  // namespace fleetd::base
