// "Did you mean": edit distance and the nearest names.
#pragma once
#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace fleetd::base {

inline constexpr std::size_t kNoBound = std::numeric_limits<std::size_t>::max();

// Levenshtein distance in bytes. When it exceeds `bound` the result is any number above `bound`, found in
// O(bound · length).
std::size_t editDistance(std::string_view a, std::string_view b, std::size_t bound = kNoBound);

// Up to `most` of the candidates within `bound`, nearest first, ties by name (bytes), duplicates once. Names
// longer than 256 bytes are never suggested. The results point into `candidates`.
std::vector<std::string_view> nearestNames(std::string_view name, const std::vector<std::string_view>& candidates,
                                           std::size_t most = 3, std::size_t bound = kNoBound);

// "did you mean `a`, `b` or `c`?"; empty for no names.
std::string didYouMean(const std::vector<std::string_view>& names);

}  // namespace fleetd::base
