// Sizes of the parts of a stored schema, for its reader and its writer.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace fleetd::fleet::schema_layout {

using namespace std::string_view_literals;

inline constexpr std::string_view kMagic = "fleetdS\1"sv;  // the last byte is the version
// magic; origin, nodes, options, covered imports, bytes of texts; key; source
inline constexpr std::size_t kHeaderBytes = 8 + 5 * 4 + 32 + 8;
inline constexpr std::size_t kTextBytes = 8;                     // begin, size
inline constexpr std::size_t kNodeBytes = kTextBytes + 3 * 4;    // name; first child, children, option + 1
inline constexpr std::size_t kOptionBytes = 4 * kTextBytes + 4;  // type, default, description, renamed to; flags
inline constexpr std::uint32_t kMaxNodes = 1u << 22;
inline constexpr std::size_t kMaxTexts = std::size_t{1} << 28;

}  // namespace fleetd::fleet::schema_layout
