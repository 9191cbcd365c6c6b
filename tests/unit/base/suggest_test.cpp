// Edit distance against the plain definition, and the choice of suggestions.
#include "kernel/base/suggest.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace fleetd::base {
namespace {

// The textbook table.
std::size_t plainDistance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i)
    for (std::size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0)
        d[i][j] = i + j;
      else
        d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0u : 1u)});
    }
  return d[a.size()][b.size()];
}

TEST(Suggest, KnownDistances) {
  EXPECT_EQ(editDistance("", ""), 0u);
  EXPECT_EQ(editDistance("", "abc"), 3u);
  EXPECT_EQ(editDistance("kitten", "sitting"), 3u);
  EXPECT_EQ(editDistance("ngnix", "nginx"), 2u);
  EXPECT_EQ(editDistance("same", "same", 0), 0u);
  EXPECT_GT(editDistance("same", "sane", 0), 0u);
}

TEST(Suggest, TheBandGivesTheSameAsTheTable) {
  std::mt19937 random(1);  // NOLINT(cert-msc51-cpp): reproducible on purpose
  auto word = [&] {
    std::string out;
    for (auto n = random() % 9; n > 0; --n) out += static_cast<char>('a' + random() % 3);
    return out;
  };
  for (int round = 0; round < 3000; ++round) {
    const std::string a = word();
    const std::string b = word();
    const std::size_t expected = plainDistance(a, b);
    EXPECT_EQ(editDistance(a, b), expected) << a << " " << b;
    for (std::size_t bound = 0; bound < 6; ++bound) {
      const std::size_t got = editDistance(a, b, bound);
      if (expected <= bound)
        EXPECT_EQ(got, expected) << a << " " << b << " " << bound;
      else
        EXPECT_GT(got, bound) << a << " " << b << " " << bound;
    }
  }
}

TEST(Suggest, NearestFirstThenByName) {
  const std::vector<std::string_view> names = {"zebra", "bat", "cat", "rat", "cart", "bat"};
  EXPECT_EQ(nearestNames("hat", names), (std::vector<std::string_view>{"bat", "cat", "rat"}));
  EXPECT_EQ(nearestNames("cat", names, 2), (std::vector<std::string_view>{"cat", "bat"}));
  EXPECT_EQ(nearestNames("hat", names, 9, 1), (std::vector<std::string_view>{"bat", "cat", "rat"}));
  EXPECT_TRUE(nearestNames("hat", names, 0).empty());
  EXPECT_TRUE(nearestNames("hat", {}).empty());
  EXPECT_TRUE(nearestNames(std::string(1000, 'x'), names).empty());
}

TEST(Suggest, Wording) {
  EXPECT_EQ(didYouMean({}), "");
  EXPECT_EQ(didYouMean({"a"}), "did you mean `a`?");
  EXPECT_EQ(didYouMean({"a", "b"}), "did you mean `a` or `b`?");
  EXPECT_EQ(didYouMean({"a", "b", "c"}), "did you mean `a`, `b` or `c`?");
}

}  // namespace
}  // namespace fleetd::base
