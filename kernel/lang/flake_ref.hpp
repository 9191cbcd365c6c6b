// Flake references: their URL form and their attributes, as Nix's own fetchers read and write them.
// Format: the "flake reference" chapter of Nix's manual.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace fleetd::lang {

using FlakeRefAttrs = std::map<std::string, std::variant<std::string, std::int64_t, bool>, std::less<>>;

// One of the two is set. Neither: a kind of reference that only Nix knows.
template <typename T>
struct FlakeRefResult {
  std::optional<T> value;
  std::string error;  // a sentence without the reference itself
};

FlakeRefResult<FlakeRefAttrs> parseFlakeRef(std::string_view text);
FlakeRefResult<std::string> flakeRefText(const FlakeRefAttrs& attrs);

}  // namespace fleetd::lang
