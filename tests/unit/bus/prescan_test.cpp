#include "kernel/bus/prescan.hpp"

#include <gtest/gtest.h>

#include <random>

#include <fleet/cxx/value_codec.hpp>

namespace fleetd::bus {
namespace {

std::string bytes(std::initializer_list<int> values) {
  std::string out;
  for (const int value : values) out.push_back(static_cast<char>(value));
  return out;
}

std::string repeated(const std::string& part, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += part;
  return out;
}

Code codeOf(std::string_view document, const ScanLimits& limits = {}) {
  const auto scanned = prescan(document, limits);
  return scanned ? Code::FL0001 : scanned.error().code;
}

TEST(Prescan, CountsValuesAndDepth) {
  const auto scanned = prescan(bytes({0x82, 0xa1, 'a', 0x93, 1, 2, 3, 0xa1, 'b', 0xc0}));
  ASSERT_TRUE(scanned.ok());
  EXPECT_EQ(scanned->nodes, 8u);  // map, two keys, array, three elements, nil
  EXPECT_EQ(scanned->depth, 3u);
}

TEST(Prescan, PassesEveryForm) {
  for (const auto& document : {bytes({0x00}),
                               bytes({0x7f}),
                               bytes({0xe0}),
                               bytes({0xff}),
                               bytes({0xc0}),
                               bytes({0xc2}),
                               bytes({0xc3}),
                               bytes({0xc4, 1, 0}),
                               bytes({0xc5, 0, 1, 0}),
                               bytes({0xc6, 0, 0, 0, 1, 0}),
                               bytes({0xca, 0, 0, 0, 0}),
                               bytes({0xcb, 0, 0, 0, 0, 0, 0, 0, 0}),
                               bytes({0xcc, 1}),
                               bytes({0xcd, 1, 2}),
                               bytes({0xce, 1, 2, 3, 4}),
                               bytes({0xcf, 1, 2, 3, 4, 5, 6, 7, 8}),
                               bytes({0xd0, 1}),
                               bytes({0xd1, 1, 2}),
                               bytes({0xd2, 1, 2, 3, 4}),
                               bytes({0xd3, 1, 2, 3, 4, 5, 6, 7, 8}),
                               bytes({0xd9, 1, 'x'}),
                               bytes({0xda, 0, 1, 'x'}),
                               bytes({0xdb, 0, 0, 0, 1, 'x'}),
                               bytes({0xdc, 0, 1, 0}),
                               bytes({0xdd, 0, 0, 0, 1, 0}),
                               bytes({0xde, 0, 1, 0, 0}),
                               bytes({0xdf, 0, 0, 0, 1, 0, 0}),
                               bytes({0xd4, 7, 'x'}),
                               bytes({0xd5, 7, 'x', 'x'}),
                               bytes({0xc7, 1, 7, 'x'}),
                               bytes({0xc8, 0, 1, 7, 'x'}),
                               bytes({0xc9, 0, 0, 0, 1, 7, 'x'})}) {
    EXPECT_TRUE(prescan(document).ok());
    for (std::size_t size = 0; size < document.size(); ++size)
      EXPECT_EQ(codeOf(document.substr(0, size)), Code::FL0311);
  }
}

TEST(Prescan, RefusesUnusedByteAndTrailingBytes) {
  EXPECT_EQ(codeOf(bytes({0xc1})), Code::FL0310);
  EXPECT_EQ(codeOf(bytes({0xc0, 0xc0})), Code::FL0310);
  EXPECT_EQ(codeOf(""), Code::FL0311);
}

TEST(Prescan, RefusesAClaimWithoutBytes) {
  EXPECT_EQ(codeOf(bytes({0xdd, 0x04, 0, 0, 0})), Code::FL0311);                   // 67 million elements
  EXPECT_EQ(codeOf(bytes({0xdf, 0xff, 0xff, 0xff, 0xff})), Code::FL0311);          // 4 billion pairs
  EXPECT_EQ(codeOf(bytes({0xdb, 0xff, 0xff, 0xff, 0xff, 'x'})), Code::FL0311);     // 4 GiB of text
  EXPECT_EQ(codeOf(bytes({0xc9, 0xff, 0xff, 0xff, 0xff, 7, 'x'})), Code::FL0311);  // 4 GiB of extension
}

TEST(Prescan, CountsOfNestedArraysAddUp) {
  // 192 bytes: each count alone is within its limit, all together would reserve a hundred megabytes.
  EXPECT_EQ(codeOf(repeated(bytes({0xdc, 0xff, 0xff}), 64)), Code::FL0311);
  // Each array claims as much as is left for all of them.
  EXPECT_EQ(codeOf(bytes({0x92, 0x92, 0x92, 0, 0})), Code::FL0311);
}

TEST(Prescan, BoundsDepth) {
  const auto nested = [](int depth) { return repeated(bytes({0x91}), depth - 1) + bytes({0xc0}); };
  EXPECT_TRUE(prescan(nested(FLEET_MAX_DEPTH)).ok());
  EXPECT_EQ(codeOf(nested(FLEET_MAX_DEPTH + 1)), Code::FL0311);
  EXPECT_EQ(codeOf(std::string(4'000'000, '\x91')), Code::FL0311);
  EXPECT_TRUE(prescan(nested(200), {.depth = 1000}).ok());
  EXPECT_EQ(codeOf(nested(300), {.depth = 1000}), Code::FL0311);  // the scan's own bound
}

TEST(Prescan, BoundsNodesAndBytes) {
  const std::string document = bytes({0xdc, 0x01, 0x00}) + std::string(256, '\0');
  EXPECT_TRUE(prescan(document, {.nodes = 257}).ok());
  EXPECT_EQ(codeOf(document, {.nodes = 256}), Code::FL0311);
  EXPECT_EQ(codeOf(document, {.bytes = document.size() - 1}), Code::FL0311);
}

TEST(Prescan, EntersStructuredExtensions) {
  // Elements inside an extension value count like all others.
  fleet::Packer body;
  body.array(1000);
  for (int i = 0; i < 1000; ++i) body.nil();
  fleet::Packer document;
  document.ext(fleet::ExtType::text, body.view());
  EXPECT_EQ(prescan(document.view())->nodes, 1002u);
  EXPECT_EQ(codeOf(document.view(), {.nodes = 1000}), Code::FL0311);
  // Plain bytes do not.
  fleet::Packer plain;
  plain.ext(fleet::ExtType::expression, body.view());
  EXPECT_EQ(prescan(plain.view())->nodes, 1u);
}

TEST(Prescan, AnExtensionEndsWithItsValue) {
  fleet::Packer longer;
  longer.ext(fleet::ExtType::reference, bytes({0x90, 0xc0}));
  EXPECT_EQ(codeOf(longer.view()), Code::FL0310);
  fleet::Packer shorter;
  shorter.array(2);
  shorter.ext(fleet::ExtType::reference, bytes({0x92, 0xc0}));  // its second element would be the one outside
  shorter.nil();
  EXPECT_EQ(codeOf(shorter.view()), Code::FL0311);
}

TEST(Prescan, AcceptsNoLessThanTheReader) {
  // Random documents: what the reader takes, the scan takes; both refuse without reading out of bounds.
  std::mt19937 random(20260101);
  int accepted = 0;
  for (int round = 0; round < 200'000; ++round) {
    std::string document;
    const std::size_t size = random() % 24;
    for (std::size_t i = 0; i < size; ++i) {
      static constexpr unsigned char kTags[] = {0x00, 0x81, 0x91, 0x92, 0xa1, 0xc0, 0xc3, 0xc7,
                                                0xcc, 0xd4, 0xd9, 0xdc, 1,    2,    3,    5};
      document.push_back(static_cast<char>(random() % 3 ? kTags[random() % sizeof kTags] : random() % 256));
    }
    const bool read = fleet::parseValue(document).ok();
    if (read) {
      ++accepted;
      EXPECT_TRUE(prescan(document).ok());
    }
  }
  EXPECT_GT(accepted, 1000);
}

}  // namespace
}  // namespace fleetd::bus
