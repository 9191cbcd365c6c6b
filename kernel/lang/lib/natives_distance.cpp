// Natives that compare texts: levenshtein levenshteinAtMost commonPrefixLength commonSuffixLength.
#include <algorithm>

#include "kernel/lang/lib/natives.hpp"

namespace fleetd::lang::lib {

namespace {

using namespace prims;

constexpr std::size_t kMaxCompared = 1u << 14;  // quadratic work

bool wantTwo(Evaluator& ev, Value* args, Value* out) {
  return wantText(ev, args[0], out) && wantText(ev, args[1], out);
}

Value distance(Evaluator& ev, std::string_view a, std::string_view b) {
  if (a.size() > kMaxCompared || b.size() > kMaxCompared) return tooLarge(ev, "a comparison");
  std::vector<std::int64_t> row(b.size() + 1);
  for (std::size_t k = 0; k < row.size(); ++k) row[k] = static_cast<std::int64_t>(k);
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::int64_t diagonal = row[0];
    row[0] = static_cast<std::int64_t>(i) + 1;
    for (std::size_t k = 0; k < b.size(); ++k) {
      const std::int64_t replaced = diagonal + (a[i] == b[k] ? 0 : 1);
      diagonal = row[k + 1];
      row[k + 1] = std::min({replaced, row[k] + 1, diagonal + 1});
    }
  }
  return Value::of(row.back());
}

Value levenshtein(Evaluator& ev, Value* args, Pos) {
  Value out;
  return wantTwo(ev, args, &out) ? distance(ev, args[0].string(), args[1].string()) : out;
}

Value levenshteinAtMost(Evaluator& ev, Value* args, Pos pos) {
  Value out;
  if (!wantInt(ev, args[0], &out)) return out;
  if (args[0].integer <= 0) return ev.equal(args[1], args[2], pos);
  if (!wantTwo(ev, args + 1, &out)) return out;
  const std::string_view a = args[1].string(), b = args[2].string();
  const std::size_t apart = a.size() > b.size() ? a.size() - b.size() : b.size() - a.size();
  if (apart > static_cast<std::uint64_t>(args[0].integer)) return Value::of(false);
  const Value steps = distance(ev, a, b);
  return steps.isError() ? steps : Value::of(steps.integer <= args[0].integer);
}

Value commonPrefixLength(Evaluator& ev, Value* args, Pos) {
  Value out;
  if (!wantTwo(ev, args, &out)) return out;
  const std::string_view a = args[0].string(), b = args[1].string();
  const auto end = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  return Value::of(static_cast<std::int64_t>(end.first - a.begin()));
}

Value commonSuffixLength(Evaluator& ev, Value* args, Pos) {
  Value out;
  if (!wantTwo(ev, args, &out)) return out;
  const std::string_view a = args[0].string(), b = args[1].string();
  const auto end = std::mismatch(a.rbegin(), a.rend(), b.rbegin(), b.rend());
  return Value::of(static_cast<std::int64_t>(end.first - a.rbegin()));
}

constexpr PrimOp kPrims[] = {
    {"lib.strings.levenshtein", 2, levenshtein, "how many single changes turn a text into another"},
    {"lib.strings.levenshteinAtMost", 3, levenshteinAtMost, "whether that many changes are enough"},
    {"lib.strings.commonPrefixLength", 2, commonPrefixLength, "how many bytes two texts begin with together"},
    {"lib.strings.commonSuffixLength", 2, commonSuffixLength, "how many bytes two texts end with together"},
};

}  // namespace

std::span<const PrimOp> distanceNatives() { return kPrims; }

}  // namespace fleetd::lang::lib
