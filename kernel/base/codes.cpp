// The generated table behind codes.hpp.
#include "kernel/base/codes.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <iterator>

namespace fleetd::base {

namespace {
constexpr CodeInfo kCodes[] = {
#define FLEETD_CODE(id, severity, title, explanation) {Code::id, #id, Severity::severity, title, explanation},
#include "kernel/base/codes.def"
#undef FLEETD_CODE
};

// Where the entry of each code is; the first for numbers that are no code.
constexpr auto kIndex = [] {
  std::array<std::uint16_t, 1000> out{};
  for (std::size_t i = 0; i < std::size(kCodes); ++i)
    out[static_cast<std::size_t>(kCodes[i].code)] = static_cast<std::uint16_t>(i);
  return out;
}();
static_assert(kCodes[0].code == Code::FL0001);

}  // namespace

const CodeInfo& info(Code code) {
  const auto number = static_cast<std::size_t>(code);
  return kCodes[number < kIndex.size() ? kIndex[number] : 0];
}

std::span<const CodeInfo> allCodes() { return kCodes; }

std::optional<Code> codeFromId(std::string_view id) {
  auto same = [](char a, char b) {
    return std::toupper(static_cast<unsigned char>(a)) == std::toupper(static_cast<unsigned char>(b));
  };
  for (const CodeInfo& entry : kCodes)
    if (std::equal(entry.id.begin(), entry.id.end(), id.begin(), id.end(), same)) return entry.code;
  return std::nullopt;
}

}  // namespace fleetd::base
