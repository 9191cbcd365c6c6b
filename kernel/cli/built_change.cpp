// Asking, and telling.
#include "kernel/cli/built_change.hpp"

#include <cmath>

#include <fmt/format.h>

#include "kernel/base/text.hpp"

namespace fleetd::cli {

namespace {

void writeNames(base::JsonWriter& json, std::string_view key, const std::vector<std::string>& names) {
  json.key(key).beginArray();
  for (const auto& name : names) json.string(name);
  json.endArray();
}

std::string versions(const std::vector<std::string>& all) { return all.empty() ? "∅" : base::join(all, ", "); }

void printUnits(Context& cx, std::string_view what, const std::vector<std::string>& names) {
  if (!names.empty()) cx.out.write(fmt::format("  units {}: {}\n", what, base::sanitize(base::join(names, " "))));
}

}  // namespace

std::string sizeChange(std::int64_t bytes) {
  constexpr std::string_view kUnits[] = {"B", "KiB", "MiB", "GiB", "TiB"};
  auto value = std::fabs(static_cast<double>(bytes));
  std::size_t unit = 0;
  while (value >= 1024 && unit + 1 < std::size(kUnits)) {
    value /= 1024;
    ++unit;
  }
  const char sign = bytes < 0 ? '-' : '+';
  return unit == 0 ? fmt::format("{}{:.0f} B", sign, value) : fmt::format("{}{:.1f} {}", sign, value, kUnits[unit]);
}

Result<BuiltChange> builtChange(const std::string& before, const std::string& after) {
  BuiltChange out{before, after, {}, {}, 0};
  if (before == after) return out;
  FLEETD_TRY_ASSIGN(const auto old, deploy::closureOf(before));
  FLEETD_TRY_ASSIGN(const auto now, deploy::closureOf(after));
  out.packages = deploy::packageChanges(old, now);
  for (const auto& one : now) out.bytes += one.size;
  for (const auto& one : old) out.bytes -= one.size;
  out.needs = deploy::needsOf(before, after);
  return out;
}

void printBuiltChange(Context& cx, const BuiltChange& change) {
  if (change.before == change.after) return cx.out.write("  closure: the same\n");
  cx.out.write(fmt::format("  closure: {}, {} packages differ\n", sizeChange(change.bytes), change.packages.size()));
  for (const auto& one : change.packages) {
    const std::string sign = one.added     ? cx.out.styled(kGreen, "+")
                             : one.removed ? cx.out.styled(kRed, "-")
                                           : cx.out.styled(kYellow, "~");
    const std::string text = one.added     ? versions(one.after)
                             : one.removed ? versions(one.before)
                                           : fmt::format("{} → {}", versions(one.before), versions(one.after));
    cx.out.write(fmt::format("    {} {}: {}, {}\n", sign, one.name, text, sizeChange(one.bytes)));
  }
  printUnits(cx, "new", change.needs.added);
  printUnits(cx, "gone", change.needs.gone);
  printUnits(cx, "changed", change.needs.changed);
  if (!change.needs.reboot.empty())
    cx.out.write(fmt::format("  {}: {} differ\n", cx.out.styled(kYellow, "needs a reboot"),
                             base::join(change.needs.reboot, ", ")));
}

void writeBuiltChange(base::JsonWriter& json, const BuiltChange& change) {
  json.beginObject().member("before", change.before).member("after", change.after).key("bytes").integer(change.bytes);
  json.key("packages").beginArray();
  for (const auto& one : change.packages) {
    json.beginObject().member("name", one.name);
    writeNames(json, "before", one.before);
    writeNames(json, "after", one.after);
    json.member("added", one.added).member("removed", one.removed).key("bytes").integer(one.bytes).endObject();
  }
  json.endArray().key("units").beginObject();
  writeNames(json, "new", change.needs.added);
  writeNames(json, "gone", change.needs.gone);
  writeNames(json, "changed", change.needs.changed);
  json.endObject();
  writeNames(json, "reboot", change.needs.reboot);
  json.endObject();
}

}  // namespace fleetd::cli
