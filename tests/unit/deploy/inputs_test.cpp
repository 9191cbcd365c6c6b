// Spellings of Nix versions, and what differs between two locks.
#include "kernel/deploy/inputs.hpp"

#include <gtest/gtest.h>

namespace fleetd::deploy {
namespace {

using Words = std::vector<std::string>;

TEST(Inputs, VersionsOfNix) {
  EXPECT_EQ(nixVersion("nix (Nix) 2.8.0\n"), (std::pair{2, 8}));
  EXPECT_EQ(nixVersion("nix (Nix) 2.19pre20231101_a\n"), (std::pair{2, 19}));
  EXPECT_EQ(nixVersion("nix (Lix, like Nix) 2.91.1"), (std::pair{2, 91}));
  EXPECT_EQ(nixVersion("nix (Determinate Nix 3.1.0) 2.28.2"), (std::pair{2, 28}));
  for (const std::string_view text : {"", "nix", "nix (Nix) two", "2.", "nix .8", "99999999999999.1"})
    EXPECT_EQ(nixVersion(text), (std::pair{0, 0})) << text;
}

TEST(Inputs, WordsForEachVersion) {
  EXPECT_EQ(updateWords({2, 8}, "/f", {"a", "b"}),
            (Words{"flake", "lock", "--update-input", "a", "--update-input", "b", "/f"}));
  EXPECT_EQ(updateWords({2, 18}, "/f", {}), (Words{"flake", "update", "/f"}));
  EXPECT_EQ(updateWords({2, 19}, "/f", {"a"}), (Words{"flake", "update", "a", "--flake", "/f"}));
  EXPECT_EQ(updateWords({0, 0}, "/f", {}), (Words{"flake", "update", "--flake", "/f"}));
}

fleet::Lock lock(const std::string& nodes) {
  return *fleet::Lock::parse("{\"nodes\":{" + nodes + "},\"root\":\"root\",\"version\":7}", "flake.lock");
}
std::string node(const std::string& rev, const std::string& inputs = "") {
  return R"({"locked":{"type":"github","owner":"o","repo":"r","rev":")" + rev + R"("},"inputs":{)" + inputs + "}}";
}

TEST(Inputs, Changes) {
  const auto before = lock(R"("root":{"inputs":{"a":"a","b":"b"}},"a":)" + node("1", R"("deep":"c")") +
                           ",\"b\":" + node("2") + ",\"c\":" + node("3"));
  const auto after = lock(R"("root":{"inputs":{"a":"a","n":"n"}},"a":)" + node("1", R"("deep":"c")") +
                          ",\"n\":" + node("2") + ",\"c\":" + node("4"));
  const auto changes = inputChanges(before, after);
  ASSERT_EQ(changes.size(), 3u);
  EXPECT_EQ(changes[0].name, "b");
  EXPECT_TRUE(changes[0].after.key.empty());
  EXPECT_EQ(changes[1].name, "a/deep");
  EXPECT_EQ(changes[1].before.rev + changes[1].after.rev, "34");
  EXPECT_EQ(changes[2].name, "n");
  EXPECT_TRUE(changes[2].before.key.empty());
  EXPECT_TRUE(inputChanges(after, after).empty());
}

TEST(Inputs, EachOnceByItsShortestName) {
  const auto pinned =
      pinnedInputs(lock(R"("root":{"inputs":{"z":"z","a":"a"}},"a":)" + node("1", R"("z":"z","root":"root","x":"x")") +
                        ",\"z\":" + node("2") + ",\"x\":" + node("3", R"("a":"a")")));
  Words names;
  for (const auto& one : pinned) names.push_back(one.name);
  EXPECT_EQ(names, (Words{"a", "z", "a/x"}));
}

}  // namespace
}  // namespace fleetd::deploy
