// The codes of diagnostics. Their texts are in codes.def, which only codes.cpp reads: a new code does not compile
// everything again. `tests/tools/check_codes.py` refuses a code that codes.def does not have.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace fleetd::base {

enum class Severity : std::uint8_t { Note, Warning, Error };

// FL0000 to FL0999, each with its number as value.
enum class Code : std::uint16_t {
#define FLEETD_TEN(p) p##0, p##1, p##2, p##3, p##4, p##5, p##6, p##7, p##8, p##9,
#define FLEETD_HUNDRED(p)                                                                               \
  FLEETD_TEN(p##0)                                                                                      \
  FLEETD_TEN(p##1)                                                                                      \
  FLEETD_TEN(p##2) FLEETD_TEN(p##3) FLEETD_TEN(p##4) FLEETD_TEN(p##5) FLEETD_TEN(p##6) FLEETD_TEN(p##7) \
      FLEETD_TEN(p##8) FLEETD_TEN(p##9)
  FLEETD_HUNDRED(FL00) FLEETD_HUNDRED(FL01) FLEETD_HUNDRED(FL02) FLEETD_HUNDRED(FL03) FLEETD_HUNDRED(FL04)
      FLEETD_HUNDRED(FL05) FLEETD_HUNDRED(FL06) FLEETD_HUNDRED(FL07) FLEETD_HUNDRED(FL08) FLEETD_HUNDRED(FL09)
#undef FLEETD_HUNDRED
#undef FLEETD_TEN
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
