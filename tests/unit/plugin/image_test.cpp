#include "kernel/plugin/image.hpp"

#include <gtest/gtest.h>

#include "kernel/base/file.hpp"

namespace fleetd::plugin {
namespace {

std::string library(const std::string& id) {
  auto bytes = base::readFile(std::string(FIXTURES) + "/" + id + ".so");
  return bytes ? *bytes : std::string();
}

void put(std::string& to, std::size_t at, std::uint64_t value, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) to[at + i] = static_cast<char>(value >> (8 * i));
}

// A bundle with one table of symbols: `_fleet_entry_v0` defined, `_malloc` undefined, a private one.
std::string machO() {
  const std::string names = std::string("\0_fleet_entry_v0\0_malloc\0_private\0", 34);
  std::string out(32 + 24 + 3 * 16, '\0');
  put(out, 0, 0xfeedfacf, 4);
  put(out, 4, 0x0100000c, 4);
  put(out, 12, 8, 4);
  put(out, 16, 1, 4);
  put(out, 32, 2, 4);
  put(out, 36, 24, 4);
  put(out, 40, 56, 4);
  put(out, 44, 3, 4);
  put(out, 48, out.size(), 4);
  put(out, 52, names.size(), 4);
  const auto symbol = [&](std::size_t i, std::size_t name, unsigned type) {
    put(out, 56 + i * 16, name, 4);
    out[56 + i * 16 + 4] = static_cast<char>(type);
  };
  symbol(0, 1, 0x0f);
  symbol(1, 17, 0x01);
  symbol(2, 25, 0x1f);
  return out + names;
}

TEST(Image, ReadsALibraryOfThisMachine) {
  const auto image = readImage(library("test.service"));
  ASSERT_TRUE(image.ok()) << image.error().message;
  EXPECT_TRUE(image->symbolsReadable);
  EXPECT_EQ(image->exports, std::vector<std::string>{"fleet_entry_v0"});
  EXPECT_EQ(imageHeader(library("test.service")), image->header);
}

TEST(Image, NamesWhatALibraryExportsInPlaceOfTheEntry) {
  auto image = readImage(library("flaw.no-entry"));
  ASSERT_TRUE(image.ok());
  // The address sanitizer adds a mark for every global.
  std::erase_if(image->exports, [](const std::string& name) { return name.starts_with("__odr_asan."); });
  EXPECT_EQ(image->exports, std::vector<std::string>{"something_else"});
}

TEST(Image, ReadsMachO) {
  const auto image = readImage(machO());
  ASSERT_TRUE(image.ok()) << image.error().message;
  EXPECT_EQ(image->header, (ImageHeader{ImageFormat::MachO, "aarch64"}));
  EXPECT_EQ(image->exports, std::vector<std::string>{"fleet_entry_v0"});
}

TEST(Image, RefusesWhatIsNoLibrary) {
  std::string fat(64, '\0');
  put(fat, 0, 0xbebafeca, 4);
  for (const std::string& bytes : {std::string(), std::string("text"),
                                   std::string("\x7f"
                                               "ELF"),
                                   fat}) {
    const auto image = readImage(bytes);
    ASSERT_FALSE(image.ok());
    EXPECT_EQ(image.error().code, Code::FL0338);
    EXPECT_FALSE(image.error().hint.empty());
  }
  EXPECT_FALSE(imageHeader("text").has_value());
}

// Cut off anywhere, or with any byte of its headers and tables turned: an answer, and no read outside.
TEST(Image, SurvivesDamage) {
  for (const std::string& whole : {library("flaw.none"), machO()}) {
    ASSERT_FALSE(whole.empty());
    const std::size_t step = std::max<std::size_t>(1, whole.size() / 2000);
    for (std::size_t size = 0; size < whole.size(); size += step) {
      const std::string cut(whole.data(), size);  // of its own, so that a checker sees where it ends
      (void)readImage(cut);
    }
    for (std::size_t at = 4; at < std::min<std::size_t>(whole.size(), 160); ++at) {
      for (const char value : {'\x00', '\x7f', '\xff'}) {
        std::string turned = whole;
        turned[at] = value;
        (void)readImage(turned);
      }
    }
  }
}

}  // namespace
}  // namespace fleetd::plugin
