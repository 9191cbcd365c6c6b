// Binary caches, asked by the user's own Nix.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "kernel/base/result.hpp"

namespace fleetd::deploy {

// Those that Nix is configured with. Errors: FL0008, FL0850.
Result<std::vector<std::string>> configuredCaches();

// The store path of a package of an input of the flake in `root`, for a system. Evaluates; builds nothing. Errors:
// FL0008, FL0850 with Nix's words: a package that is broken, or not there, has none.
Result<std::string> outputOf(const std::string& root, const std::string& input, const std::string& system,
                             const std::string& package);

enum class Cached : unsigned char { Yes, No, Unknown };

struct CacheAnswer {
  Cached cached = Cached::Unknown;
  std::string why;  // unknown: what Nix said
};

// Whether a cache has the path.
CacheAnswer inCache(const std::string& cache, const std::string& path);
// What Nix's answer means.
CacheAnswer readCacheAnswer(bool success, std::string_view errors);

}  // namespace fleetd::deploy
