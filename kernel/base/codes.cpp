// The generated table behind codes.hpp.
#include "kernel/base/codes.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace fleetd::base {

namespace {
constexpr CodeInfo kCodes[] = {
#define FLEETD_CODE(id, severity, title, explanation) {Code::id, #id, Severity::severity, title, explanation},
#include "kernel/base/codes.def"
#undef FLEETD_CODE
};
}  // namespace

const CodeInfo& info(Code code) { return kCodes[static_cast<std::size_t>(code)]; }

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
