// Edit distance with a bound, after Ukkonen: only the diagonal band that can stay within the bound is
// computed.
#include "kernel/base/suggest.hpp"

#include <algorithm>

#include <fmt/core.h>

namespace fleetd::base {

namespace {
constexpr std::size_t kLongestName = 256;  // bounds the quadratic cost on hostile input
}

std::size_t editDistance(std::string_view a, std::string_view b, std::size_t bound) {
  if (a.size() > b.size()) std::swap(a, b);
  bound = std::min(bound, b.size());
  if (b.size() - a.size() > bound) return bound + 1;
  // row[i] is the distance between the first i bytes of a and the first j bytes of b.
  std::vector<std::size_t> row(a.size() + 1);
  for (std::size_t i = 0; i <= a.size(); ++i) row[i] = i;
  const std::size_t beyond = bound + 1;
  for (std::size_t j = 1; j <= b.size(); ++j) {
    const std::size_t first = j > bound ? j - bound : 1;
    const std::size_t last = std::min(a.size(), j + bound);
    std::size_t diagonal = row[first - 1];
    row[first - 1] = first == 1 ? j : beyond;
    std::size_t best = row[first - 1];
    for (std::size_t i = first; i <= last; ++i) {
      const std::size_t above = i == j + bound ? beyond : row[i];
      const std::size_t substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[i];
      row[i] = std::min({substituted, above + 1, row[i - 1] + 1});
      best = std::min(best, row[i]);
    }
    if (best > bound) return beyond;
  }
  return std::min(row[a.size()], beyond);
}

std::vector<std::string_view> nearestNames(std::string_view name, const std::vector<std::string_view>& candidates,
                                           std::size_t most, std::size_t bound) {
  std::vector<std::pair<std::size_t, std::string_view>> kept;
  if (name.size() > kLongestName || most == 0) return {};
  for (const std::string_view candidate : candidates) {
    if (candidate.size() > kLongestName) continue;
    // Once enough are known, a candidate must reach the worst of them to matter.
    const std::size_t worst = kept.size() == most ? std::min(bound, kept.back().first) : bound;
    const std::pair found{editDistance(name, candidate, worst), candidate};
    if (found.first > worst) continue;
    const auto at = std::lower_bound(kept.begin(), kept.end(), found);
    if (at != kept.end() && *at == found) continue;
    kept.insert(at, found);
    if (kept.size() > most) kept.pop_back();
  }
  std::vector<std::string_view> names;
  names.reserve(kept.size());
  for (const auto& entry : kept) names.push_back(entry.second);
  return names;
}

std::string didYouMean(const std::vector<std::string_view>& names) {
  if (names.empty()) return {};
  std::string out = "did you mean ";
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) out += i + 1 == names.size() ? " or " : ", ";
    out += fmt::format("`{}`", names[i]);
  }
  return out + "?";
}

}  // namespace fleetd::base
