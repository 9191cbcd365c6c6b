// Names, platforms and dates of channels.json.
#include "kernel/fleet/channels.hpp"

#include <gtest/gtest.h>

#include "kernel/base/file.hpp"
#include "tests/support/temp_dir.hpp"

namespace fleetd::fleet {
namespace {

TEST(Channels, Dates) {
  for (const std::string_view text : {"2026-05-01", "2024-02-29", "2000-02-29", "2026-12-31"})
    EXPECT_TRUE(isDate(text)) << text;
  for (const std::string_view text :
       {"", "2026-5-1", "2026-02-29", "1900-02-29", "2026-13-01", "2026-00-01", "2026-04-31", "2026-01-00",
        "2026/01/01", "20a6-01-01", "2026-01-01 ", "-026-01-01"})
    EXPECT_FALSE(isDate(text)) << text;
}

TEST(Channels, Names) {
  for (const std::string_view text : {"quarto", "python3", "_1password", "gtk4-layer-shell"})
    EXPECT_TRUE(isPackageName(text)) << text;
  for (const std::string_view text : {"", "a.b", "1a", "a b", "a\"", "${x}", "-a", "ä"})
    EXPECT_FALSE(isPackageName(text)) << text;
}

TEST(Channels, TheMostExactPlatformCounts) {
  const auto of = [](std::string platform) {
    Fallback out;
    out.platform = std::move(platform);
    return out;
  };
  EXPECT_EQ(fits(of("aarch64-darwin"), "aarch64-darwin"), 3);
  EXPECT_EQ(fits(of("darwin"), "aarch64-darwin"), 2);
  EXPECT_EQ(fits(of("all"), "aarch64-darwin"), 1);
  EXPECT_EQ(fits(of("linux"), "aarch64-darwin"), 0);
  EXPECT_EQ(fits(of("x86_64-darwin"), "aarch64-darwin"), 0);
  for (const std::string_view text : {"", "windows", "-linux", "x86 64-linux", "x86_64-linux-gnu"})
    EXPECT_FALSE(isPlatform(text)) << text;
}

TEST(Channels, AFileOfSomethingElseIsNotJudged) {
  const auto codeOf = [](std::string_view text) -> std::optional<base::Code> {
    test::TempDir dir;
    EXPECT_TRUE(base::writeFileAtomic(dir.at("channels.json"), text).ok());
    base::SourceMap sources;
    base::Diagnostics diagnostics;
    const auto read = readChannels(dir.path(), sources, diagnostics);
    const auto all = diagnostics.sorted();
    EXPECT_NE(read.has_value(), !all.empty()) << text;
    return all.empty() ? std::nullopt : std::optional(all.front().code);
  };
  for (const std::string_view text :
       {"[]", "1", R"({"nixos-unstable": {"rev": "abc"}})", R"({"channels": ["a"]})", R"({"packages": {}})"})
    EXPECT_EQ(codeOf(text), base::Code::FL0843) << text;
  for (const std::string_view text :
       {"{", R"({"channels": {}, "chanels": {}})", R"({"fallbacks": {}, "channels": []})"})
    EXPECT_EQ(codeOf(text), base::Code::FL0834) << text;
  for (const std::string_view text : {"{}", R"({"channels": {}})"}) EXPECT_EQ(codeOf(text), std::nullopt) << text;
}

}  // namespace
}  // namespace fleetd::fleet
