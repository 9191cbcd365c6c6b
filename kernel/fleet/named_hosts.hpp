// NamedHosts: what fleet.json says, read on another processor while the modules are evaluated.
#pragma once
#include <cstddef>
#include <future>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "kernel/base/json.hpp"
#include "kernel/base/result.hpp"

namespace fleetd::fleet {

struct NamedHosts {
  std::string text;
  Result<base::Json> json = base::Json();  // or why it is none, at `failedAt`
  std::size_t failedAt = 0;
  // Where each quoted text begins first, by what stands between the quotes: the place of a host is that of its name.
  // Refers to `text`.
  std::unordered_map<std::string_view, std::size_t> places;
};

// Begins to read. Errors: FL0002, FL0004.
std::future<Result<std::unique_ptr<NamedHosts>>> readNamedHosts(std::string path);

}  // namespace fleetd::fleet
