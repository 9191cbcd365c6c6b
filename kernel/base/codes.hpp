// The table of diagnostic codes, generated from codes.def.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace fleetd::base {

enum class Severity : std::uint8_t { Note, Warning, Error };

enum class Code : std::uint16_t {
#define FLEETD_CODE(id, severity, title, explanation) id,
#include "kernel/base/codes.def"
#undef FLEETD_CODE
};

struct CodeInfo {
  Code code;
  std::string_view id;           // "FL0412"
  Severity severity;             // default severity
  std::string_view title;        // a few words
  std::string_view explanation;  // what it means and the ways out, for `fleetd explain FL0412`
};

const CodeInfo& info(Code code);
std::span<const CodeInfo> allCodes();              // in the order of codes.def
std::optional<Code> codeFromId(std::string_view);  // "FL0412", case-insensitive

}  // namespace fleetd::base

namespace fleetd {
using base::Code;
using base::Severity;
}  // namespace fleetd
