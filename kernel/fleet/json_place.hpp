// Places inside a JSON text, for messages.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fleetd::fleet {

struct TextRange {
  std::size_t begin = 0, end = 0;
};

// Where the name of a member stands, quotes included; a number as text selects an element of a list. The text must have
// been read as JSON before. Nothing when there is no such member.
std::optional<TextRange> jsonPlace(std::string_view text, const std::vector<std::string>& path);

}  // namespace fleetd::fleet
